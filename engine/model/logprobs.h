#pragma once

#include <cstdint>
#include <span>
#include <vector>

namespace inferlab {

/// How likely a token was in its place.
struct TokenLogprob {
  std::int32_t id = 0;
  float logprob = 0;      ///< natural logarithm; 0 or less
  std::int32_t rank = 0;  ///< how many tokens are at least as likely, itself included
};

/// The token that stands there, and the likeliest ones, the first of them likeliest.
struct TokenLogprobs {
  TokenLogprob token;
  std::vector<TokenLogprob> top;
};

/// Of the distribution that `logits` alone give: neither temperature nor penalties nor cuts, as
/// vLLM's raw logprobs. `num_top` < 0 is all tokens. Of equals the lowest id comes first. NaN
/// counts as impossible. Checks: 0 <= token < logits.size().
TokenLogprobs logprobs_of(std::span<const float> logits, std::int32_t token, std::int32_t num_top);

}  // namespace inferlab
