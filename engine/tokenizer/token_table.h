#pragma once

#include <bit>
#include <cstdint>
#include <functional>
#include <string>
#include <string_view>
#include <vector>

#include "engine/tokenizer/tokenizer.h"

namespace inferlab {

/// Texts to token ids: an open-addressed table of hashes and ids, which takes a fifth of the time
/// of std::unordered_map to fill (a vocabulary has hundreds of thousands of tokens).
/// The texts stay where they are: a vector that is moved, but not changed, keeps them there.
class TokenTable {
 public:
  TokenTable() = default;
  /// For up to `count` of `texts`.
  TokenTable(const std::vector<std::string>& texts, std::size_t count)
      : texts_(texts.data()), slots_(std::bit_ceil(2 * count + 2)) {}

  /// Of equal texts the first counts. Checks nothing: at most `count` calls.
  void add(TokenId id) {
    const std::string_view text = texts_[id];
    const std::size_t hash = std::hash<std::string_view>{}(text);
    for (std::size_t at = hash & (slots_.size() - 1);; at = (at + 1) & (slots_.size() - 1)) {
      Slot& slot = slots_[at];
      if (slot.id == kNone) {
        slot = {.hash = static_cast<std::uint32_t>(hash >> 32U), .id = id};
        return;
      }
      if (is(slot, hash, text)) return;
    }
  }

  /// kNoToken, which is -1, when there is none.
  [[nodiscard]] TokenId find(std::string_view text) const {
    if (slots_.empty()) return kNone;
    const std::size_t hash = std::hash<std::string_view>{}(text);
    for (std::size_t at = hash & (slots_.size() - 1);; at = (at + 1) & (slots_.size() - 1)) {
      const Slot& slot = slots_[at];
      if (slot.id == kNone || is(slot, hash, text)) return slot.id;
    }
  }

 private:
  static constexpr TokenId kNone = -1;
  struct Slot {
    std::uint32_t hash = 0;
    TokenId id = kNone;
  };
  [[nodiscard]] bool is(const Slot& slot, std::size_t hash, std::string_view text) const {
    return slot.hash == static_cast<std::uint32_t>(hash >> 32U) && texts_[slot.id] == text;
  }

  const std::string* texts_ = nullptr;
  std::vector<Slot> slots_;
};

/// Pairs of tokens to what they merge into; as TokenTable.
class MergeTable {
 public:
  struct Merge {
    std::int32_t rank = -1;  ///< lower merges first; -1: the pair does not merge
    TokenId result = -1;
  };

  MergeTable() = default;
  explicit MergeTable(std::size_t count) : slots_(std::bit_ceil(2 * count + 2)) {}

  /// Of equal pairs the first counts.
  void add(TokenId left, TokenId right, Merge merge) {
    Slot& slot = slots_[place(left, right)];
    if (slot.merge.rank < 0) slot = {.left = left, .right = right, .merge = merge};
  }
  [[nodiscard]] Merge find(TokenId left, TokenId right) const {
    return slots_.empty() ? Merge{} : slots_[place(left, right)].merge;
  }

 private:
  struct Slot {
    TokenId left = -1;
    TokenId right = -1;
    Merge merge;
  };
  [[nodiscard]] std::size_t place(TokenId left, TokenId right) const {
    const std::uint64_t key = (std::uint64_t{static_cast<std::uint32_t>(left)} << 32U) |
                              static_cast<std::uint32_t>(right);
    std::size_t at = (key * 0x9e3779b97f4a7c15U) >> 20U;
    for (;; ++at) {
      at &= slots_.size() - 1;
      const Slot& slot = slots_[at];
      if (slot.merge.rank < 0 || (slot.left == left && slot.right == right)) return at;
    }
  }

  std::vector<Slot> slots_;
};

}  // namespace inferlab
