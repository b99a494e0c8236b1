#pragma once

#include <cstdint>
#include <map>
#include <span>
#include <utility>
#include <vector>

#include "engine/base/result.h"
#include "engine/base/rng.h"

namespace inferlab {

/// How the next token is drawn; names and meaning as in the OpenAI API and vLLM.
struct SamplingParams {
  float temperature = 1.0F;  ///< 0 is greedy: the highest logit, of equals the lowest id
  std::int32_t top_k = 0;    ///< the k likeliest tokens only; 0 or less is all
  float top_p = 1.0F;        ///< the likeliest tokens that together reach this probability
  float min_p = 0.0F;        ///< none below this part of the likeliest one's probability
  std::uint64_t seed = 0;

  // What changes the logits before, in this order.
  /// None: all tokens. Otherwise ascending, and no others are drawn.
  std::vector<std::int32_t> allowed_token_ids = {};
  /// Token sequences that the output never has: the last token of one is not drawn behind the rest.
  std::vector<std::vector<std::int32_t>> bad_words = {};
  /// Added to the logit of the token; ascending by id.
  std::vector<std::pair<std::int32_t, float>> logit_bias = {};
  float repetition_penalty = 1.0F;  ///< divides a positive logit, of tokens in prompt and output
  float frequency_penalty = 0.0F;   ///< times the count in the output, taken off
  float presence_penalty = 0.0F;    ///< taken off when the token is in the output

  /// kInvalid names the field: temperature in [0, 2], top_p in (0, 1], top_k >= -1, min_p in
  /// [0, 1], repetition_penalty above 0, the other penalties in [-2, 2], logit_bias
  /// in [-100, 100], lists ascending, no empty bad word.
  [[nodiscard]] Result<void> check() const;
  /// Whether the token is the argmax of the logits as they are, whatever came before.
  [[nodiscard]] bool is_argmax() const;
};

/// The lowest id among the highest logits; NaN counts as lowest. Checks: not empty.
std::int32_t argmax(std::span<const float> logits);

/// Draws the tokens of one request. The same params and the same logits give the same tokens on any
/// machine, whatever else the engine does. Not thread-safe: one owner, the request.
class Sampler {
 public:
  explicit Sampler(SamplingParams params, std::span<const std::int32_t> prompt = {});

  [[nodiscard]] const SamplingParams& params() const { return params_; }

  /// The id of the next token, an index into `logits`, which are changed as the params say. The
  /// token counts as put out. Checks: not empty; params' ids are within.
  std::int32_t sample(std::span<float> logits);

 private:
  struct Candidate {
    float logit;
    std::int32_t id;
  };

  struct Count {
    std::int32_t in_output = 0;
    bool in_prompt = false;
  };

  void adjust(std::span<float> logits) const;
  void forbid_bad_words(std::span<float> logits) const;
  std::int32_t draw(std::span<const float> logits);
  /// Keeps the first candidates, of which there are `weights_` and which are sorted.
  void cut_top_p(double& total);

  SamplingParams params_;
  Rng rng_;
  std::map<std::int32_t, Count> counts_;  // by token; kept where a penalty asks
  std::vector<std::int32_t> output_;      // kept where bad words ask
  std::vector<Candidate> candidates_;     // kept between calls to spare allocations
  std::vector<double> weights_;
};

}  // namespace inferlab
