#pragma once

#include <cstdint>
#include <span>
#include <vector>

#include "engine/tokenizer/tokenizer.h"

namespace inferlab {

/// Guesses by lookup: what followed the same words before. Names and defaults are those of vLLM's
/// --speculative-config with method "ngram".
struct NgramConfig {
  std::int32_t num_speculative_tokens = 0;  ///< most guesses; 0: none
  std::int32_t prompt_lookup_max = 5;       ///< tokens of the longest end that is looked for
  std::int32_t prompt_lookup_min = 5;
};

/// Finds the longest end of `tokens`, of prompt_lookup_min to prompt_lookup_max tokens, that stands
/// in them earlier, and gives the tokens that followed its first occurrence. Empty when there is
/// none. Time is linear in the length of `tokens`.
/// Source: docs.vllm.ai, "Speculative Decoding", by matching n-grams in the prompt.
std::vector<TokenId> ngram_drafts(std::span<const TokenId> tokens, const NgramConfig& config);

}  // namespace inferlab
