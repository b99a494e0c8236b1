#include <fmt/format.h>

#include <algorithm>
#include <charconv>
#include <limits>
#include <map>
#include <nlohmann/json.hpp>
#include <utility>

#include "engine/serve/api_request_parts.h"

namespace inferlab {
namespace {

using Json = nlohmann::json;

constexpr std::size_t kMaxBadWords = 1024;
constexpr std::size_t kMaxBadWordBytes = 4096;
constexpr std::size_t kMaxAllowedTokens = std::size_t{1} << 20;
constexpr std::size_t kMaxBiases = 4096;
constexpr float kMaxBias = 100;              // beyond it vLLM cuts
constexpr float kMinTemperature = 0.01F;     // vLLM raises what lies below, but 0
constexpr float kGreedyTemperature = 1e-5F;  // vLLM takes less for 0

void read_temperature(JsonReader& reader, SamplingParams& sampling) {
  const auto value = reader.number("temperature");
  if (!value) return;
  if (!(*value >= 0)) {
    reader.refuse("temperature", fmt::format("temperature must be non-negative, got {}.", *value));
  }
  if (*value > 2) {
    reader.refuse("temperature", fmt::format("temperature must be in [0, 2], got {}.", *value));
  }
  const auto temperature = static_cast<float>(*value);
  sampling.temperature =
      temperature < kGreedyTemperature ? 0 : std::max(temperature, kMinTemperature);
}

void read_cuts(JsonReader& reader, SamplingParams& sampling) {
  if (const auto value = reader.number("top_p")) {
    if (!(*value > 0 && *value <= 1)) {
      reader.refuse("top_p", fmt::format("top_p must be in (0, 1], got {}.", *value));
    }
    sampling.top_p = static_cast<float>(*value);
  }
  if (const auto value = reader.number("min_p")) {
    if (!(*value >= 0 && *value <= 1)) {
      reader.refuse("min_p", fmt::format("min_p must be in [0, 1], got {}.", *value));
    }
    sampling.min_p = static_cast<float>(*value);
  }
  if (const auto value = reader.integer("top_k")) {
    if (*value < -1 || *value > std::numeric_limits<std::int32_t>::max()) {
      reader.refuse("top_k",
                    fmt::format("top_k must be 0 (disable), or at least 1, got {}.", *value));
    } else {
      sampling.top_k = static_cast<std::int32_t>(*value);
    }
  }
}

void read_penalties(JsonReader& reader, SamplingParams& sampling) {
  const auto within_two = [&](const char* name, float& into) {
    const auto value = reader.number(name);
    if (!value) return;
    if (!(*value >= -2 && *value <= 2)) {
      reader.refuse(name, fmt::format("{} must be in [-2, 2], got {}.", name, *value));
    }
    into = static_cast<float>(*value);
  };
  within_two("presence_penalty", sampling.presence_penalty);
  within_two("frequency_penalty", sampling.frequency_penalty);
  if (const auto value = reader.number("repetition_penalty")) {
    sampling.repetition_penalty = static_cast<float>(*value);
    if (!(sampling.repetition_penalty > 0)) {
      reader.refuse("repetition_penalty",
                    fmt::format("repetition_penalty must be greater than zero, got {}.", *value));
    }
    if (sampling.repetition_penalty > std::numeric_limits<float>::max()) {
      reader.refuse("repetition_penalty",
                    fmt::format("repetition_penalty must be a finite number, got {}.", *value));
    }
  }
}

/// {"15043": -100}: the keys are token ids.
void read_logit_bias(JsonReader& reader, ApiRequest& request) {
  const Json* biases = reader.find("logit_bias");
  if (biases == nullptr) return;
  if (!biases->is_object()) return reader.wrong_type("logit_bias", "an object", *biases);
  if (biases->size() > kMaxBiases) {
    return reader.fail("logit_bias", fmt::format("at most {} tokens", kMaxBiases));
  }
  std::map<TokenId, float> by_token;
  for (const auto& [key, value] : biases->items()) {
    TokenId id = 0;
    const auto [end, code] = std::from_chars(key.data(), key.data() + key.size(), id);
    if (key.empty() || code != std::errc{} || end != key.data() + key.size()) {
      return reader.refuse("logit_bias",
                           "Found a key in logit_bias that is no token_id: it must be an integer "
                           "or string representing an integer");
    }
    if (!value.is_number()) return reader.wrong_type("logit_bias", "an object of numbers", value);
    by_token[id] = std::clamp(value.get<float>(), -kMaxBias, kMaxBias);
  }
  request.logit_bias.assign(by_token.begin(), by_token.end());
}

/// A number of logprobs; -1 is all.
std::optional<std::int64_t> read_count(JsonReader& reader, const char* name) {
  const Json* value = reader.find(name);
  if (value == nullptr) return std::nullopt;
  if (!value->is_number()) {
    reader.refuse(name, fmt::format("`{}` must be an integer.", name));
    return std::nullopt;
  }
  const auto count = reader.integer(name, *value);
  if (count && *count < -1) {
    reader.refuse(name, fmt::format("`{}` must be a positive value or -1.", name));
  }
  return count;
}

}  // namespace

void read_sampling(JsonReader& reader, ApiRequest& request) {
  read_temperature(reader, request.sampling);
  read_cuts(reader, request.sampling);
  read_penalties(reader, request.sampling);
  read_logit_bias(reader, request);
  // -1 asks for a new one, as if it were left out.
  if (const auto value = reader.integer("seed"); value && *value != -1) {
    request.has_seed = true;
    request.sampling.seed = static_cast<std::uint64_t>(*value);
  }
  request.allowed_token_ids = reader.token_ids("allowed_token_ids", kMaxAllowedTokens);
  if (request.allowed_token_ids && request.allowed_token_ids->empty()) {
    reader.refuse("allowed_token_ids", "allowed_token_ids is not None and empty!");
  }
  request.bad_words = reader.strings("bad_words", kMaxBadWords, kMaxBadWordBytes, false);
  if (std::ranges::any_of(request.bad_words, &std::string::empty)) {
    reader.refuse("bad_words", "bad_words cannot contain an empty string.");
  }
}

void read_logprobs(JsonReader& reader, ApiRequest& request) {
  if (request.kind == ApiKind::kCompletion) {
    const Json* value = reader.find("logprobs");
    if (value != nullptr && value->is_boolean()) {  // the chat's form
      if (value->get<bool>()) request.logprobs = 1;
    } else {
      request.logprobs = read_count(reader, "logprobs");
    }
  } else {
    const auto top = read_count(reader, "top_logprobs");
    const bool wanted = reader.flag("logprobs");
    if (top && *top != 0 && !wanted) {
      reader.refuse("top_logprobs", "when using `top_logprobs`, `logprobs` must be set to true.");
    }
    if (wanted) request.logprobs = top.value_or(0);
  }
  request.prompt_logprobs = read_count(reader, "prompt_logprobs");
  if (request.stream && request.prompt_logprobs.value_or(0) != 0) {
    reader.refuse("prompt_logprobs", "`prompt_logprobs` are not available when `stream=True`.");
  }
}

}  // namespace inferlab
