#include "sim/serving/token_run.h"

#include <algorithm>

#include "engine/base/check.h"
#include "engine/base/hash.h"

namespace inferlab::sim {
namespace {

/// 128 bits of all that the chain has taken in so far.
BlockHash name_of(const RunHash& chain) {
  RunHash other = chain;
  other.add(std::uint64_t{1});
  return {chain.digest(), other.digest()};
}

}  // namespace

std::vector<BlockHash> block_hashes(std::span<const TokenRun> runs, std::int64_t block_size) {
  INFERLAB_CHECK(block_size > 0);
  std::vector<BlockHash> hashes;
  RunHash chain;  // of this block and all before it
  std::int64_t filled = 0;
  for (const TokenRun& run : runs) {
    for (std::int64_t at = 0; at < run.tokens;) {
      const std::int64_t piece = std::min(run.tokens - at, block_size - filled);
      chain.add(run.text);
      chain.add(static_cast<std::uint64_t>(at));
      chain.add(static_cast<std::uint64_t>(piece));
      at += piece;
      filled += piece;
      if (filled < block_size) continue;
      hashes.push_back(name_of(chain));
      filled = 0;
    }
  }
  return hashes;
}

}  // namespace inferlab::sim
