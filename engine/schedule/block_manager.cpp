#include "engine/schedule/block_manager.h"

#include <fmt/format.h>

#include <algorithm>
#include <bit>

namespace inferlab {

BlockManager::BlockManager(std::int32_t num_blocks, std::int32_t block_size)
    : num_blocks_(num_blocks), block_size_(block_size) {
  INFERLAB_CHECK(num_blocks > 0);
  INFERLAB_CHECK(block_size > 0 && std::has_single_bit(static_cast<std::uint32_t>(block_size)));
  blocks_.resize(static_cast<std::size_t>(num_blocks) + 1);
  blocks_.back() = {.num_users = 0, .previous = num_blocks, .next = num_blocks};
  for (BlockId block = 0; block < num_blocks; ++block) append_free(block);
}

BlockManager::Block& BlockManager::at(BlockId block) {
  INFERLAB_CHECK(block >= 0 && block < num_blocks_);
  return blocks_[static_cast<std::size_t>(block)];
}

void BlockManager::unlink(BlockId block) {
  const Block& entry = blocks_[static_cast<std::size_t>(block)];
  blocks_[static_cast<std::size_t>(entry.previous)].next = entry.next;
  blocks_[static_cast<std::size_t>(entry.next)].previous = entry.previous;
  --num_free_;
}

void BlockManager::append_free(BlockId block) {
  Block& queue = blocks_.back();
  Block& entry = blocks_[static_cast<std::size_t>(block)];
  entry.previous = queue.previous;
  entry.next = num_blocks_;
  blocks_[static_cast<std::size_t>(queue.previous)].next = block;
  queue.previous = block;
  ++num_free_;
}

BlockId BlockManager::take_free() {
  const BlockId block = blocks_.back().next;
  unlink(block);
  clear_hash(block);
  at(block).num_users = 1;
  return block;
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

bool BlockManager::can_share_and_grow(std::span<const BlockId> prefix,
                                      std::int64_t num_tokens) const {
  const auto shared = static_cast<std::int64_t>(prefix.size());
  // A block that nobody uses leaves the free ones when it is shared.
  const std::int64_t taken =
      std::ranges::count_if(prefix, [this](BlockId block) { return num_users(block) == 0; });
  return std::max<std::int64_t>(0, num_blocks_for(num_tokens) - shared) + taken <=
         num_free_blocks();
}

Result<void> BlockManager::grow(std::vector<BlockId>& table, std::int64_t num_tokens) {
  const std::int64_t missing = num_missing_blocks(table, num_tokens);
  if (missing > num_free_blocks()) {
    return Error{ErrorKind::kExhausted,
                 fmt::format("KV cache: {} more blocks are needed for {} tokens: {} of {} are free",
                             missing, num_tokens, num_free_blocks(), num_blocks_),
                 "wait for a running request to finish, or preempt one"};
  }
  for (std::int64_t i = 0; i < missing; ++i) table.push_back(take_free());
  return {};
}

void BlockManager::release(std::vector<BlockId>& table) {
  for (std::size_t i = table.size(); i-- > 0;) {
    Block& entry = at(table[i]);
    INFERLAB_CHECK(entry.num_users > 0);
    if (--entry.num_users == 0) append_free(table[i]);
  }
  table.clear();
}

std::vector<BlockId> BlockManager::find_prefix(std::span<const BlockHash> hashes,
                                               std::int64_t max_blocks) const {
  std::vector<BlockId> found;
  for (const BlockHash& hash : hashes) {
    if (std::ssize(found) >= max_blocks) break;
    const auto entry = by_hash_.find(hash);
    if (entry == by_hash_.end()) break;
    found.push_back(entry->second);
  }
  return found;
}

void BlockManager::share(std::vector<BlockId>& table, std::span<const BlockId> prefix) {
  INFERLAB_CHECK(table.empty());
  for (const BlockId block : prefix) {
    INFERLAB_CHECK(has_hash(block));
    if (at(block).num_users++ == 0) unlink(block);
    table.push_back(block);
  }
}

void BlockManager::set_hash(BlockId block, const BlockHash& hash) {
  INFERLAB_CHECK(at(block).num_users > 0 && !has_hash(block));
  if (names_.empty()) names_.resize(static_cast<std::size_t>(num_blocks_));
  name_of(block) = {.hash = hash, .previous_of_same = -1, .next_of_same = -1, .is_set = true};
  const auto [entry, is_new] = by_hash_.try_emplace(hash, block);
  if (is_new) return;
  // The first one goes on being found.
  Name& first = name_of(entry->second);
  Name& name = name_of(block);
  name.previous_of_same = entry->second;
  name.next_of_same = first.next_of_same;
  if (first.next_of_same >= 0) name_of(first.next_of_same).previous_of_same = block;
  first.next_of_same = block;
}

void BlockManager::clear_hash(BlockId block) {
  if (!has_hash(block)) return;
  Name& name = name_of(block);
  if (name.next_of_same >= 0) {
    name_of(name.next_of_same).previous_of_same = name.previous_of_same;
  }
  if (name.previous_of_same >= 0) {
    name_of(name.previous_of_same).next_of_same = name.next_of_same;
  } else if (name.next_of_same >= 0) {
    by_hash_[name.hash] = name.next_of_same;
  } else {
    by_hash_.erase(name.hash);
  }
  name = {};
}

bool BlockManager::has_hash(BlockId block) const {
  return !names_.empty() && names_[static_cast<std::size_t>(block)].is_set;
}

std::int32_t BlockManager::num_users(BlockId block) const {
  INFERLAB_CHECK(block >= 0 && block < num_blocks_);
  return blocks_[static_cast<std::size_t>(block)].num_users;
}

}  // namespace inferlab
