#include "engine/model/sampler.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <functional>
#include <limits>

#include "engine/base/check.h"
#include "engine/model/stable_math.h"

namespace inferlab {
namespace {

constexpr float kForbidden = -std::numeric_limits<float>::infinity();

Error out_of_range(std::string_view field, std::string_view value, std::string_view range) {
  return Error{ErrorKind::kInvalid, fmt::format("{}: is {}, need {}", field, value, range)};
}

Error not_ascending(std::string_view field) {
  return Error{ErrorKind::kInvalid, fmt::format("{}: must ascend by token id", field)};
}

Result<void> check_lists(const SamplingParams& params) {
  const auto& allowed = params.allowed_token_ids;
  if (std::ranges::adjacent_find(allowed, std::greater_equal<>()) != allowed.end()) {
    return not_ascending("allowed_token_ids");
  }
  const auto& bias = params.logit_bias;
  const auto not_below = [](const auto& a, const auto& b) { return a.first >= b.first; };
  if (std::ranges::adjacent_find(bias, not_below) != bias.end()) return not_ascending("logit_bias");
  for (const auto& [id, value] : bias) {
    if (value >= -100.0F && value <= 100.0F) continue;
    return out_of_range(fmt::format("logit_bias.{}", id), fmt::to_string(value),
                        "a number from -100 to 100");
  }
  for (const auto& word : params.bad_words) {
    if (word.empty()) return Error{ErrorKind::kInvalid, "bad_words: has one of no tokens"};
  }
  return {};
}

}  // namespace

Result<void> SamplingParams::check() const {
  // Written so that NaN fails.
  if (!(temperature >= 0.0F && temperature <= 2.0F)) {
    return out_of_range("temperature", fmt::to_string(temperature), "a number from 0 to 2");
  }
  if (!(top_p > 0.0F && top_p <= 1.0F)) {
    return out_of_range("top_p", fmt::to_string(top_p), "a number above 0 and up to 1");
  }
  if (top_k < -1) return out_of_range("top_k", fmt::to_string(top_k), "-1, 0 or more");
  if (!(min_p >= 0.0F && min_p <= 1.0F)) {
    return out_of_range("min_p", fmt::to_string(min_p), "a number from 0 to 1");
  }
  if (!(repetition_penalty > 0.0F && std::isfinite(repetition_penalty))) {
    return out_of_range("repetition_penalty", fmt::to_string(repetition_penalty),
                        "a number above 0");
  }
  for (const auto& [name, value] : {std::pair("frequency_penalty", frequency_penalty),
                                    std::pair("presence_penalty", presence_penalty)}) {
    if (!(value >= -2.0F && value <= 2.0F)) {
      return out_of_range(name, fmt::to_string(value), "a number from -2 to 2");
    }
  }
  return check_lists(*this);
}

bool SamplingParams::is_argmax() const {
  return temperature <= 0.0F && allowed_token_ids.empty() && bad_words.empty() &&
         logit_bias.empty() && repetition_penalty == 1.0F && frequency_penalty == 0.0F &&
         presence_penalty == 0.0F;
}

std::int32_t argmax(std::span<const float> logits) {
  INFERLAB_CHECK(!logits.empty());
  std::size_t best = 0;
  for (std::size_t i = 1; i < logits.size(); ++i) {
    if (logits[i] > logits[best] || (std::isnan(logits[best]) && !std::isnan(logits[i]))) best = i;
  }
  return static_cast<std::int32_t>(best);
}

Sampler::Sampler(SamplingParams params, std::span<const std::int32_t> prompt)
    : params_(std::move(params)), rng_(params_.seed, "sampler", "tokens") {
  if (params_.repetition_penalty == 1.0F) return;
  for (const std::int32_t id : prompt) counts_[id].in_prompt = true;
}

std::int32_t Sampler::sample(std::span<float> logits) {
  adjust(logits);
  const std::int32_t id = draw(logits);
  const bool counts = params_.repetition_penalty != 1.0F || params_.frequency_penalty != 0.0F ||
                      params_.presence_penalty != 0.0F;
  if (counts) ++counts_[id].in_output;
  if (!params_.bad_words.empty()) output_.push_back(id);
  return id;
}

// The order of vLLM's sampler (docs.vllm.ai, "Logits Processors", and its sampling parameters).
void Sampler::adjust(std::span<float> logits) const {
  if (!params_.allowed_token_ids.empty()) {
    auto allowed = params_.allowed_token_ids.begin();
    for (std::size_t i = 0; i < logits.size(); ++i) {
      if (allowed != params_.allowed_token_ids.end() && *allowed == static_cast<std::int32_t>(i)) {
        ++allowed;
      } else {
        logits[i] = kForbidden;
      }
    }
    INFERLAB_CHECK(allowed == params_.allowed_token_ids.end());
  }
  forbid_bad_words(logits);
  for (const auto& [id, bias] : params_.logit_bias) logits[static_cast<std::size_t>(id)] += bias;
  for (const auto& [id, count] : counts_) {
    float& logit = logits[static_cast<std::size_t>(id)];
    logit = logit > 0.0F ? logit / params_.repetition_penalty : logit * params_.repetition_penalty;
    if (count.in_output == 0) continue;
    logit -= params_.frequency_penalty * static_cast<float>(count.in_output);
    logit -= params_.presence_penalty;
  }
}

void Sampler::forbid_bad_words(std::span<float> logits) const {
  for (const auto& word : params_.bad_words) {
    const std::ptrdiff_t before = std::ssize(word) - 1;
    if (before > std::ssize(output_)) continue;
    if (!std::equal(word.begin(), word.end() - 1, output_.end() - before)) continue;
    logits[static_cast<std::size_t>(word.back())] = kForbidden;
  }
}

std::int32_t Sampler::draw(std::span<const float> logits) {
  const std::int32_t best = argmax(logits);
  // Also where an infinity or NaN leaves no distribution to draw from.
  if (params_.temperature <= 0.0F || !std::isfinite(logits[best])) return best;

  candidates_.clear();
  for (std::size_t i = 0; i < logits.size(); ++i) {
    if (std::isnan(logits[i])) continue;
    candidates_.push_back({.logit = logits[i], .id = static_cast<std::int32_t>(i)});
  }
  const auto likelier = [](const Candidate& a, const Candidate& b) {
    return a.logit != b.logit ? a.logit > b.logit : a.id < b.id;
  };
  const bool cut_k = params_.top_k > 0 && params_.top_k < std::ssize(candidates_);
  if (cut_k) {
    std::ranges::nth_element(candidates_, candidates_.begin() + params_.top_k, likelier);
    candidates_.resize(params_.top_k);
  }
  if (cut_k || params_.top_p < 1.0F) std::ranges::sort(candidates_, likelier);

  const double top = static_cast<double>(logits[best]);
  const double temperature = static_cast<double>(params_.temperature);
  weights_.clear();
  double total = 0.0;
  for (const Candidate& candidate : candidates_) {
    double weight = stable_exp((static_cast<double>(candidate.logit) - top) / temperature);
    // The likeliest one's weight is 1, so this is a part of its probability.
    if (weight < static_cast<double>(params_.min_p)) weight = 0.0;
    weights_.push_back(weight);
    total += weight;
  }
  if (params_.top_p < 1.0F) cut_top_p(total);
  double remaining = rng_.unit() * total;
  for (std::size_t i = 0; i < weights_.size(); ++i) {
    remaining -= weights_[i];
    if (remaining < 0.0) return candidates_[i].id;
  }
  // Rounding left a rest: the last one that could be drawn at all.
  for (std::size_t i = weights_.size(); i-- > 0;) {
    if (weights_[i] > 0.0) return candidates_[i].id;
  }
  return best;
}

void Sampler::cut_top_p(double& total) {
  // The token that crosses the limit still belongs to the set, so it is never empty.
  const double limit = static_cast<double>(params_.top_p) * total;
  double kept = 0.0;
  std::size_t count = 0;
  while (count < weights_.size() && kept < limit) kept += weights_[count++];
  weights_.resize(count);
  total = kept;
}

}  // namespace inferlab
