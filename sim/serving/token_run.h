#pragma once

#include <cstdint>
#include <span>
#include <vector>

#include "engine/schedule/block_manager.h"

namespace inferlab::sim {

/// A stretch of a request's tokens, for a simulation that has none: what it says is named, so that
/// it can be seen where two requests say the same. Runs of equal `text` are equal as far as the
/// shorter one goes.
struct TokenRun {
  std::uint64_t text = 0;
  std::int64_t tokens = 0;
};

/// Names of the full KV blocks that `runs`, a request's prompt and answer from the first token on,
/// fill: equal exactly for blocks that hold the same after the same, as engine/serve/prefix_hash
/// makes them of real tokens. Checks: block_size is above 0.
std::vector<BlockHash> block_hashes(std::span<const TokenRun> runs, std::int64_t block_size);

}  // namespace inferlab::sim
