#pragma once

#include <cstdint>
#include <vector>

#include "engine/base/result.h"

namespace inferlab {

/// Index of a KV block in the device's block pool, from 0.
using BlockId = std::int32_t;

/// Hands out the KV blocks of one replica.
///
/// A KV block holds the keys and values of `block_size` consecutive tokens for all layers:
/// 2 * num_layers * block_size * num_kv_heads * head_dim elements.
/// Counts are in blocks or tokens, never bytes; a name says which.
///
/// Used by the engine and by the simulator. Not thread-safe: one owner, the Scheduler.
/// Source: PagedAttention (Kwon et al., SOSP 2023), section 4.
class BlockManager {
 public:
  /// Checks: num_blocks > 0, block_size a power of two.
  BlockManager(std::int32_t num_blocks, std::int32_t block_size);

  /// Grows `table` so that it covers `num_tokens` tokens; a table that covers them stays as it is.
  /// kExhausted, and `table` unchanged, when too few blocks are free:
  /// the caller then preempts a request or leaves it waiting.
  Result<void> grow(std::vector<BlockId>& table, std::int64_t num_tokens);

  /// Whether grow() would succeed; costs no error text.
  [[nodiscard]] bool can_grow(const std::vector<BlockId>& table, std::int64_t num_tokens) const;

  /// Gives all blocks of `table` back, last one first, and empties it.
  void release(std::vector<BlockId>& table);

  [[nodiscard]] std::int64_t num_blocks_for(std::int64_t num_tokens) const;
  [[nodiscard]] std::int32_t num_free_blocks() const;
  [[nodiscard]] std::int32_t num_blocks() const { return num_blocks_; }
  [[nodiscard]] std::int32_t block_size() const { return block_size_; }

 private:
  [[nodiscard]] std::int64_t num_missing_blocks(const std::vector<BlockId>& table,
                                                std::int64_t num_tokens) const;

  std::int32_t num_blocks_;
  std::int32_t block_size_;    // tokens
  std::vector<BlockId> free_;  // used as a stack, so the order of reuse is deterministic
};

}  // namespace inferlab
