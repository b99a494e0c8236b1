#pragma once

#include <cstdint>

namespace inferlab::cuda {

/// What of the device's memory is for the KV cache, as vLLM's --gpu-memory-utilization counts: all
/// that this process may use, less what it uses after a step of the largest size.
struct MemoryBudget {
  std::int64_t total_bytes = 0;     ///< of the device
  std::int64_t used_bytes = 0;      ///< now, by whomever: weights, workspace, the runtime, others
  std::int64_t reserved_bytes = 0;  ///< for what is made later: graphs
  double utilization = 0.9;         ///< part of the total that may be used
};

/// Blocks that fit; 0 when not one does. Checks: block_bytes > 0.
std::int64_t kv_blocks_within(const MemoryBudget& budget, std::int64_t block_bytes);

}  // namespace inferlab::cuda
