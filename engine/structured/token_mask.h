#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <mutex>
#include <span>
#include <unordered_map>
#include <vector>

#include "engine/structured/pushdown.h"
#include "engine/structured/token_trie.h"

namespace inferlab::structured {

/// Which tokens may come next, as far as it is known.
struct TokenMask {
  std::vector<std::uint32_t> allowed;  ///< bit id % 32 of word id / 32
  /// Indices into TokenTrie::sorted(), ascending: what an unknown context decides.
  std::vector<std::uint32_t> undecided;

  [[nodiscard]] std::size_t memory_bytes() const {
    return sizeof(*this) + (allowed.capacity() + undecided.capacity()) * sizeof(std::uint32_t);
  }
};

/// Tries all tokens behind `config`. False when `pushdown` has done more than `max_work`.
bool decide_all(Pushdown& pushdown, ConfigId config, const TokenTrie& trie, std::uint64_t max_work,
                TokenMask& mask);
/// Tries what `mask` has left undecided, with contexts that know more. What stays undecided is put
/// into `undecided`, the rest into `allowed`.
bool decide_rest(Pushdown& pushdown, ConfigId config, const TokenTrie& trie, std::uint64_t max_work,
                 const std::vector<std::uint32_t>& tokens, std::vector<std::uint32_t>& undecided,
                 std::span<std::uint32_t> allowed);

/// Masks by the key of a skeleton (see Pushdown). Holds at most `max_bytes`: when they are full,
/// it begins anew. Any thread may use it.
class MaskCache {
 public:
  explicit MaskCache(std::size_t max_bytes) : max_bytes_(max_bytes) {}

  [[nodiscard]] std::shared_ptr<const TokenMask> find(const std::vector<std::uint64_t>& key) const;
  void insert(const std::vector<std::uint64_t>& key, std::shared_ptr<const TokenMask> mask);
  [[nodiscard]] std::size_t memory_bytes() const;

 private:
  struct Hash {
    std::size_t operator()(const std::vector<std::uint64_t>& key) const;
  };
  std::size_t max_bytes_;
  mutable std::mutex mutex_;
  std::size_t bytes_ = 0;
  std::unordered_map<std::vector<std::uint64_t>, std::shared_ptr<const TokenMask>, Hash> masks_;
};

}  // namespace inferlab::structured
