#pragma once

#include <array>
#include <cstdint>
#include <map>
#include <span>
#include <vector>

#include "engine/base/result.h"

namespace inferlab {

/// Index of a KV block in the device's block pool, from 0.
using BlockId = std::int32_t;

/// Names what a full KV block holds: its tokens, all tokens before them, and whatever else the keys
/// and values depend on (an adapter, a salt). Equal names are taken for equal contents, so whoever
/// serves strangers makes them with a cryptographic hash.
using BlockHash = std::array<std::uint64_t, 2>;

/// Hands out the KV blocks of one replica, and finds those again that hold a known prefix.
///
/// A KV block holds the keys and values of `block_size` consecutive tokens for all layers:
/// 2 * num_layers * block_size * num_kv_heads * head_dim elements.
/// Counts are in blocks or tokens, never bytes; a name says which.
///
/// A block may be in several tables (a shared prefix); it is free when it is in none. A free block
/// keeps its name until it is handed out anew, and the one that was freed first goes first:
/// eviction of the least recently used, and within one request of the end before the beginning.
///
/// Used by the engine and by the simulator. Not thread-safe: one owner, the Scheduler.
/// Source: PagedAttention (Kwon et al., SOSP 2023), section 4; docs.vllm.ai, "Automatic Prefix
/// Caching".
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
  /// Whether share(prefix) and grow() of an empty table would.
  [[nodiscard]] bool can_share_and_grow(std::span<const BlockId> prefix,
                                        std::int64_t num_tokens) const;

  /// Gives all blocks of `table` back, last one first, and empties it. They keep their names.
  void release(std::vector<BlockId>& table);

  /// The blocks that hold the longest known beginning of `hashes`, at most `max_blocks`.
  [[nodiscard]] std::vector<BlockId> find_prefix(std::span<const BlockHash> hashes,
                                                 std::int64_t max_blocks) const;
  /// Puts the blocks, which find_prefix() has found, into an empty table as well.
  void share(std::vector<BlockId>& table, std::span<const BlockId> prefix);
  /// Gives a block that is in a table its name. Two blocks may have the same one.
  void set_hash(BlockId block, const BlockHash& hash);
  /// Takes the name away, where it has one: nobody finds the block by it any more.
  void clear_hash(BlockId block);
  [[nodiscard]] bool has_hash(BlockId block) const;

  [[nodiscard]] std::int64_t num_blocks_for(std::int64_t num_tokens) const;
  /// In no table, named or not.
  [[nodiscard]] std::int32_t num_free_blocks() const { return num_free_; }
  [[nodiscard]] std::int32_t num_blocks() const { return num_blocks_; }
  [[nodiscard]] std::int32_t block_size() const { return block_size_; }
  /// In how many tables the block is.
  [[nodiscard]] std::int32_t num_users(BlockId block) const;

 private:
  struct Block {
    std::int32_t num_users = 0;
    // Neighbours in the queue of free blocks; its head and tail are those of the entry behind the
    // last block.
    BlockId previous = -1;
    BlockId next = -1;
  };
  struct Name {
    BlockHash hash = {};
    // Blocks of the same name, the one that is found first.
    BlockId previous_of_same = -1;
    BlockId next_of_same = -1;
    bool is_set = false;
  };
  [[nodiscard]] std::int64_t num_missing_blocks(const std::vector<BlockId>& table,
                                                std::int64_t num_tokens) const;
  [[nodiscard]] Block& at(BlockId block);
  [[nodiscard]] Name& name_of(BlockId block) { return names_[static_cast<std::size_t>(block)]; }
  BlockId take_free();
  void unlink(BlockId block);
  void append_free(BlockId block);

  std::int32_t num_blocks_;
  std::int32_t block_size_;  // tokens
  std::int32_t num_free_ = 0;
  std::vector<Block> blocks_;  // num_blocks_ and the queue's own entry
  std::vector<Name> names_;    // empty until the first name: a simulated day has many replicas
  std::map<BlockHash, BlockId> by_hash_;
};

}  // namespace inferlab
