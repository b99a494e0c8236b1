#include "engine/backend/cuda/kv_budget.h"

#include <algorithm>
#include <limits>

#include "engine/base/check.h"

namespace inferlab::cuda {

std::int64_t kv_blocks_within(const MemoryBudget& budget, std::int64_t block_bytes) {
  INFERLAB_CHECK(block_bytes > 0);
  const auto allowed =
      static_cast<std::int64_t>(static_cast<double>(budget.total_bytes) * budget.utilization);
  // Whatever the part, there is no more than what is free.
  const std::int64_t most = std::min(allowed, budget.total_bytes);
  const std::int64_t left = most - budget.used_bytes - budget.reserved_bytes;
  return std::clamp<std::int64_t>(left / block_bytes, 0, std::numeric_limits<std::int32_t>::max());
}

}  // namespace inferlab::cuda
