#include "engine/model/sampler.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>

#include "engine/base/check.h"
#include "engine/model/stable_math.h"

namespace inferlab {
namespace {

Error out_of_range(std::string_view field, std::string_view value, std::string_view range) {
  return Error{ErrorKind::kInvalid, fmt::format("{}: is {}, need {}", field, value, range)};
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
  return {};
}

std::int32_t argmax(std::span<const float> logits) {
  INFERLAB_CHECK(!logits.empty());
  std::size_t best = 0;
  for (std::size_t i = 1; i < logits.size(); ++i) {
    if (logits[i] > logits[best] || (std::isnan(logits[best]) && !std::isnan(logits[i]))) best = i;
  }
  return static_cast<std::int32_t>(best);
}

Sampler::Sampler(const SamplingParams& params)
    : params_(params), rng_(params.seed, "sampler", "tokens") {}

std::int32_t Sampler::sample(std::span<const float> logits) {
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
    const double weight = stable_exp((static_cast<double>(candidate.logit) - top) / temperature);
    weights_.push_back(weight);
    total += weight;
  }
  if (params_.top_p < 1.0F) {
    // The token that crosses the limit still belongs to the set, so it is never empty.
    const double limit = static_cast<double>(params_.top_p) * total;
    double kept = 0.0;
    std::size_t count = 0;
    while (count < weights_.size() && kept < limit) kept += weights_[count++];
    weights_.resize(count);
    total = kept;
  }
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

}  // namespace inferlab
