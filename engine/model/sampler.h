#pragma once

#include <cstdint>
#include <span>
#include <vector>

#include "engine/base/result.h"
#include "engine/base/rng.h"

namespace inferlab {

/// How the next token is drawn; names and meaning as in the OpenAI API and vLLM.
struct SamplingParams {
  float temperature = 1.0F;  ///< 0 is greedy: the highest logit, of equals the lowest id
  std::int32_t top_k = 0;    ///< the k likeliest tokens only; 0 or less is all
  float top_p = 1.0F;        ///< the likeliest tokens that together reach this probability
  std::uint64_t seed = 0;

  /// kInvalid names the field: temperature in [0, 2], top_p in (0, 1], top_k >= -1.
  [[nodiscard]] Result<void> check() const;
};

/// The lowest id among the highest logits; NaN counts as lowest. Checks: not empty.
std::int32_t argmax(std::span<const float> logits);

/// Draws the tokens of one request. The same params and the same logits give the same tokens on any
/// machine, whatever else the engine does. Not thread-safe: one owner, the request.
class Sampler {
 public:
  explicit Sampler(const SamplingParams& params);

  [[nodiscard]] const SamplingParams& params() const { return params_; }

  /// The id of the next token: an index into `logits`. Checks: not empty.
  std::int32_t sample(std::span<const float> logits);

 private:
  struct Candidate {
    float logit;
    std::int32_t id;
  };

  SamplingParams params_;
  Rng rng_;
  std::vector<Candidate> candidates_;  // kept between calls to spare allocations
  std::vector<double> weights_;
};

}  // namespace inferlab
