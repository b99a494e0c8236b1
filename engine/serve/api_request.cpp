#include "engine/serve/api_request.h"

#include <fmt/format.h>

#include <algorithm>
#include <nlohmann/json.hpp>
#include <utility>

#include "engine/serve/api_request_parts.h"
#include "engine/serve/json_reader.h"
#include "engine/serve/tool_choice.h"

namespace inferlab {
namespace {

using Json = nlohmann::json;

constexpr std::size_t kMaxStopStrings = 64;
constexpr std::size_t kMaxStopBytes = 4096;
constexpr std::size_t kMaxStopTokens = 1024;
constexpr std::size_t kMaxCacheSalt = 128;    // vLLM's, as the characters below
constexpr std::int64_t kMaxChoices = 16'384;  // vLLM's VLLM_MAX_N_SEQUENCES

void read_limits(JsonReader& reader, ApiRequest& request) {
  // max_tokens is the older name; the newer one wins where both stand.
  for (const char* name : {"max_tokens", "max_completion_tokens"}) {
    if (request.kind == ApiKind::kCompletion && name != std::string_view("max_tokens")) continue;
    const auto value = reader.integer(name);
    if (!value) continue;
    // 0 with echo: the prompt alone, with its logprobs.
    const bool prompt_alone = *value == 0 && request.echo && request.kind == ApiKind::kCompletion;
    if (*value < 1 && !prompt_alone) {
      reader.refuse(name, fmt::format("{} must be at least 1, got {}.", name, *value));
    }
    request.max_tokens = value;
  }
  // The completions API says 16; a chat goes on until the model ends it.
  if (!request.max_tokens && request.kind == ApiKind::kCompletion) request.max_tokens = 16;
  if (const auto value = reader.integer("n")) {
    if (*value < 1) reader.refuse("n", fmt::format("n must be at least 1, got {}.", *value));
    if (*value > kMaxChoices) {
      reader.refuse("n", fmt::format("n must be at most {}, got {}.", kMaxChoices, *value));
    }
    request.n = *value;
  }
  if (request.n > 1 && request.sampling.temperature == 0) {
    reader.refuse("n", fmt::format("n must be 1 when using greedy sampling, got {}.", request.n));
  }
  if (const auto value = reader.integer("priority")) {
    constexpr std::int64_t kMost = 1'000'000;
    if (*value < -kMost || *value > kMost) reader.fail("priority", "is out of range");
    request.priority = static_cast<std::int32_t>(*value);
  }
  if (const auto value = reader.integer("truncate_prompt_tokens")) {
    if (*value < -1) reader.fail("truncate_prompt_tokens", "must be -1 or more");
    request.truncate_prompt_tokens = value;
  }
  const std::string side = reader.text("truncation_side");
  if (!side.empty() && side != "left" && side != "right") {
    reader.fail("truncation_side", "must be left or right");
  }
  request.truncate_left = side != "right";
}

void read_stop(JsonReader& reader, ApiRequest& request) {
  request.stop = reader.strings("stop", kMaxStopStrings, kMaxStopBytes, /*or_one=*/true);
  if (std::ranges::any_of(request.stop, &std::string::empty)) {
    reader.refuse("stop", "stop cannot contain an empty string.");
  }
  request.include_stop = reader.flag("include_stop_str_in_output");
  request.ignore_eos = reader.flag("ignore_eos");
  if (const auto value = reader.integer("min_tokens")) {
    if (*value < 0) {
      reader.refuse("min_tokens",
                    fmt::format("min_tokens must be greater than or equal to 0, got {}.", *value));
    }
    const std::int64_t most = request.max_tokens.value_or(*value);
    if (*value > std::max<std::int64_t>(most, 1)) {
      reader.refuse("min_tokens",
                    fmt::format("min_tokens must be less than or equal to max_tokens={}, got {}.",
                                most, *value));
    }
    request.min_tokens = *value;
  }
  if (auto ids = reader.token_ids("stop_token_ids", kMaxStopTokens)) {
    request.stop_token_ids = std::move(*ids);
  }
}

void read_stream(JsonReader& reader, ApiRequest& request) {
  request.stream = reader.flag("stream");
  const Json* options = reader.find("stream_options");
  if (options == nullptr) return;
  if (!options->is_object()) return reader.wrong_type("stream_options", "an object", *options);
  if (!request.stream && !options->empty()) {
    return reader.refuse("stream_options",
                         "Stream options can only be defined when `stream=True`.");
  }
  const auto flag = [&](const char* name) {
    const auto value = options->find(name);
    if (value == options->end() || value->is_null()) return false;
    if (value->is_boolean()) return value->get<bool>();
    reader.wrong_type(fmt::format("stream_options.{}", name), "true or false", *value);
    return false;
  };
  request.include_usage = flag("include_usage");
  request.continuous_usage = flag("continuous_usage_stats") && request.include_usage;
}

void read_output(JsonReader& reader, ApiRequest& request) {
  request.skip_special_tokens = reader.flag("skip_special_tokens", true);
  // Only tokenizers of Python's slow kind put spaces there: no answer of ours depends on it.
  static_cast<void>(reader.flag("spaces_between_special_tokens", true));
  request.return_token_ids = reader.flag("return_token_ids");
  if (reader.find("return_tokens_as_token_ids") != nullptr) {
    request.return_tokens_as_token_ids = reader.flag("return_tokens_as_token_ids");
  }
}

void read_names(JsonReader& reader, ApiRequest& request) {
  request.model = reader.text("model");
  request.request_id = reader.text("request_id");
  const Json* salt = reader.find("cache_salt");
  if (salt == nullptr) return;
  if (!salt->is_string() || salt->get_ref<const std::string&>().empty()) {
    return reader.refuse("cache_salt",
                         "Parameter 'cache_salt' must be a non-empty string if provided.");
  }
  request.cache_salt = salt->get<std::string>();
  if (request.cache_salt.size() > kMaxCacheSalt ||
      request.cache_salt.find_first_of(std::string_view("@/\\\0", 4)) != std::string::npos) {
    reader.refuse("cache_salt",
                  "Parameter 'cache_salt' must be at most 128 characters and must not contain "
                  "'@', '/', '\\\\', or NUL.");
  }
}

bool asks_for_structure(const JsonReader& reader) {
  static constexpr const char* kFields[] = {"structured_outputs", "response_format",
                                            "guided_json",        "guided_regex",
                                            "guided_choice",      "guided_grammar"};
  return std::ranges::any_of(kFields,
                             [&](const char* name) { return reader.find(name) != nullptr; });
}

}  // namespace

std::variant<ApiRequest, ApiError> parse_api_request(ApiKind kind, std::string_view body) {
  const auto parsed = parse_json_object(body);
  if (const auto* error = std::get_if<ApiError>(&parsed)) return *error;
  JsonReader reader(std::get<Json>(parsed));
  ApiRequest request;
  request.kind = kind;
  request.echo = reader.flag("echo");
  read_names(reader, request);
  if (kind == ApiKind::kChat) {
    read_chat(reader, request);
  } else {
    read_prompts(reader, request);
  }
  read_sampling(reader, request);
  read_limits(reader, request);
  read_stop(reader, request);
  read_stream(reader, request);
  read_logprobs(reader, request);
  read_output(reader, request);
  refuse_unsupported(reader);
  if (reader.error()) return *reader.error();
  if (request.tool_choice) {
    if (asks_for_structure(reader)) {
      return ApiError{.message =
                          "You can only either use constraints for structured outputs or "
                          "tools, not both.",
                      .param = "tool_choice"};
    }
    auto spec = tool_call_spec(body, *request.tool_choice);
    if (!spec) {
      ApiError error = api_error(spec.error());
      error.param = "tools";
      return error;
    }
    request.structured = std::move(*spec);
  } else if (asks_for_structure(reader)) {
    // From the text: the order of a schema's properties is that of the answer.
    auto spec = structured::read_structured_spec(body);
    if (!spec) {
      ApiError error = api_error(spec.error());
      error.param = error.message.substr(0, error.message.find(':'));
      return error;
    }
    request.structured = std::move(*spec);
  }
  return request;
}

}  // namespace inferlab
