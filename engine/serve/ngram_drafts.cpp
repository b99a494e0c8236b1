#include "engine/serve/ngram_drafts.h"

#include <algorithm>

namespace inferlab {

// Read backwards, an end that stands earlier is a beginning that stands later: the prefix function
// of Knuth, Morris and Pratt tells at each place how long the beginning is that ends there.
std::vector<TokenId> ngram_drafts(std::span<const TokenId> tokens, const NgramConfig& config) {
  const std::size_t size = tokens.size();
  const auto longest = static_cast<std::size_t>(config.prompt_lookup_max);
  const auto backwards = [&](std::size_t i) { return tokens[size - 1 - i]; };
  if (config.num_speculative_tokens <= 0 || size < 2) return {};
  std::vector<std::uint32_t> prefix(std::min(size, longest), 0);
  std::size_t best = 0;
  std::size_t best_end = 0;  // backwards, the last token of the best occurrence
  std::size_t length = 0;    // of the beginning that ends at i
  for (std::size_t i = 1; i < size; ++i) {
    while (length > 0 && (length == longest || backwards(length) != backwards(i))) {
      length = prefix[length - 1];
    }
    if (backwards(length) == backwards(i)) ++length;
    if (i < prefix.size()) prefix[i] = static_cast<std::uint32_t>(length);
    // Of equals the one farthest back, which is the first in the text.
    if (length >= best && length > 0) {
      best = length;
      best_end = i;
    }
  }
  if (best == 0 || best < static_cast<std::size_t>(config.prompt_lookup_min)) return {};
  const std::size_t next = size - 1 - best_end + best;
  const std::size_t count =
      std::min(static_cast<std::size_t>(config.num_speculative_tokens), size - next);
  const auto first = tokens.begin() + static_cast<std::ptrdiff_t>(next);
  return {first, first + static_cast<std::ptrdiff_t>(count)};
}

}  // namespace inferlab
