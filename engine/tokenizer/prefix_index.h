#pragma once

#include <algorithm>
#include <array>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "engine/tokenizer/tokenizer.h"

namespace inferlab {

/// Finds which of many tokens a text begins with: the tokens in order, and from byte to byte the
/// part of them that still fits. Views nothing: the texts are handed in with each call.
class PrefixIndex {
 public:
  PrefixIndex() = default;
  /// `ids` are those of tokens with a text; of equal texts the first counts.
  PrefixIndex(std::vector<TokenId> ids, std::span<const std::string> texts) : ids_(std::move(ids)) {
    std::ranges::stable_sort(ids_, {}, [&](TokenId id) -> const std::string& { return texts[id]; });
    for (const TokenId id : ids_) first_[static_cast<unsigned char>(texts[id][0])] = true;
  }

  [[nodiscard]] bool empty() const { return ids_.empty(); }
  [[nodiscard]] bool may_begin(char c) const { return first_[static_cast<unsigned char>(c)]; }

  /// Calls `found(id, bytes)` for each token that `text` begins with, the shortest first.
  template <typename Found>
  void each(std::string_view text, std::span<const std::string> texts, Found&& found) const {
    if (text.empty() || !may_begin(text[0])) return;
    auto low = ids_.begin();
    auto high = ids_.end();
    for (std::size_t depth = 0; depth < text.size() && low != high; ++depth) {
      const auto byte = static_cast<unsigned char>(text[depth]);
      // All in [low, high) agree up to here and are longer than `depth`.
      const auto at = [&](TokenId id) { return static_cast<unsigned char>(texts[id][depth]); };
      low = std::lower_bound(low, high, byte,
                             [&](TokenId id, unsigned char b) { return at(id) < b; });
      high = std::upper_bound(low, high, byte,
                              [&](unsigned char b, TokenId id) { return b < at(id); });
      if (low == high || texts[*low].size() != depth + 1) continue;
      found(*low, depth + 1);
      while (low != high && texts[*low].size() == depth + 1) ++low;
    }
  }

 private:
  std::vector<TokenId> ids_;  // by text
  std::array<bool, 256> first_{};
};

}  // namespace inferlab
