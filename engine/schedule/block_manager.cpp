#include "engine/schedule/block_manager.h"

#include <fmt/format.h>

#include <algorithm>
#include <bit>

namespace inferlab {

BlockManager::BlockManager(std::int32_t num_blocks, std::int32_t block_size)
    : num_blocks_(num_blocks), block_size_(block_size) {
  INFERLAB_CHECK(num_blocks > 0);
  INFERLAB_CHECK(block_size > 0 && std::has_single_bit(static_cast<std::uint32_t>(block_size)));
  free_.reserve(static_cast<std::size_t>(num_blocks));
  // The top of the stack is block 0, so a fresh pool is handed out in ascending order.
  for (BlockId block = num_blocks - 1; block >= 0; --block) {
    free_.push_back(block);
  }
}

std::int64_t BlockManager::num_blocks_for(std::int64_t num_tokens) const {
  INFERLAB_CHECK(num_tokens >= 0);
  // Written so that no num_tokens can overflow.
  return num_tokens / block_size_ + (num_tokens % block_size_ == 0 ? 0 : 1);
}

std::int64_t BlockManager::num_missing_blocks(const std::vector<BlockId>& table,
                                              std::int64_t num_tokens) const {
  const auto owned = static_cast<std::int64_t>(table.size());
  return std::max<std::int64_t>(0, num_blocks_for(num_tokens) - owned);
}

bool BlockManager::can_grow(const std::vector<BlockId>& table, std::int64_t num_tokens) const {
  return num_missing_blocks(table, num_tokens) <= num_free_blocks();
}

Result<void> BlockManager::grow(std::vector<BlockId>& table, std::int64_t num_tokens) {
  const std::int64_t missing = num_missing_blocks(table, num_tokens);
  if (missing > num_free_blocks()) {
    return Error{ErrorKind::kExhausted,
                 fmt::format("KV cache: {} more blocks are needed for {} tokens: {} of {} are free",
                             missing, num_tokens, num_free_blocks(), num_blocks_),
                 "wait for a running request to finish, or preempt one"};
  }
  for (std::int64_t i = 0; i < missing; ++i) {
    table.push_back(free_.back());
    free_.pop_back();
  }
  return {};
}

void BlockManager::release(std::vector<BlockId>& table) {
  INFERLAB_CHECK(free_.size() + table.size() <= static_cast<std::size_t>(num_blocks_));
  free_.insert(free_.end(), table.rbegin(), table.rend());
  table.clear();
}

std::int32_t BlockManager::num_free_blocks() const {
  return static_cast<std::int32_t>(free_.size());
}

}  // namespace inferlab
