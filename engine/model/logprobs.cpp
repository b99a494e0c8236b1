#include "engine/model/logprobs.h"

#include <algorithm>
#include <cmath>
#include <limits>
#include <numeric>

#include "engine/base/check.h"
#include "engine/model/sampler.h"
#include "engine/model/stable_math.h"

namespace inferlab {
namespace {

constexpr float kImpossible = -std::numeric_limits<float>::infinity();

float known(float logit) {
  return std::isnan(logit) ? kImpossible : logit;
}

}  // namespace

TokenLogprobs logprobs_of(std::span<const float> logits, std::int32_t token, std::int32_t num_top) {
  INFERLAB_CHECK(token >= 0 && token < std::ssize(logits));
  const double best = static_cast<double>(known(logits[static_cast<std::size_t>(argmax(logits))]));
  double total = 0;
  for (const float logit : logits) {
    if (known(logit) > kImpossible) total += stable_exp(static_cast<double>(logit) - best);
  }
  const double log_total = std::isfinite(best) ? stable_log(total) : 0;
  const auto logprob = [&](float logit) {
    // Where the likeliest is infinite there is no distribution: it is certain, all others are not.
    if (!std::isfinite(best))
      return static_cast<double>(logit) == best && best > 0 ? 0.0F : kImpossible;
    return static_cast<float>(static_cast<double>(known(logit)) - best - log_total);
  };
  const float own = known(logits[static_cast<std::size_t>(token)]);
  TokenLogprobs result;
  result.token = {.id = token,
                  .logprob = logprob(own),
                  .rank = static_cast<std::int32_t>(std::ranges::count_if(
                      logits, [own](float logit) { return known(logit) >= own; }))};

  std::vector<std::int32_t> ids(logits.size());
  std::iota(ids.begin(), ids.end(), 0);
  const auto count = static_cast<std::ptrdiff_t>(
      num_top < 0 ? logits.size() : std::min(logits.size(), static_cast<std::size_t>(num_top)));
  const auto likelier = [logits](std::int32_t a, std::int32_t b) {
    const float left = known(logits[static_cast<std::size_t>(a)]);
    const float right = known(logits[static_cast<std::size_t>(b)]);
    return left != right ? left > right : a < b;
  };
  std::partial_sort(ids.begin(), ids.begin() + count, ids.end(), likelier);
  for (std::ptrdiff_t i = 0; i < count; ++i) {
    const std::int32_t id = ids[static_cast<std::size_t>(i)];
    result.top.push_back({.id = id,
                          .logprob = logprob(logits[static_cast<std::size_t>(id)]),
                          .rank = static_cast<std::int32_t>(i) + 1});
  }
  return result;
}

}  // namespace inferlab
