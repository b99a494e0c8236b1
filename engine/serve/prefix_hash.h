#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <vector>

#include "engine/schedule/block_manager.h"
#include "engine/schedule/request.h"
#include "engine/tokenizer/tokenizer.h"

namespace inferlab {

/// Names the full KV blocks of one request: each name is a SHA-256 (its first 128 bits) of the
/// block before, the block's tokens, the adapter and the salt, so that nobody can make a prompt
/// that is taken for another's.
class PrefixHash {
 public:
  explicit PrefixHash(std::int32_t block_size, std::string salt, LoraId lora = 0);

  /// Appends the names of blocks that `tokens`, the whole sequence so far, fill and that `hashes`
  /// does not have yet.
  void extend(std::vector<BlockHash>& hashes, std::span<const TokenId> tokens) const;

 private:
  std::int32_t block_size_;  // tokens
  std::string salt_;
  LoraId lora_;
};

}  // namespace inferlab
