#pragma once

#include <cstdint>

#include "engine/base/result.h"

namespace inferlab {

/// Who waits and who is preempted. The names are vLLM's --scheduling-policy.
enum class SchedulingPolicy : std::uint8_t {
  kFcfs,      ///< first come, first served; the last to arrive is preempted first
  kPriority,  ///< the smaller Request::priority first, then by arrival
};

/// Names and defaults are vLLM's engine arguments (docs.vllm.ai, "Engine Arguments"), the defaults
/// being those of its API server on a device of less than 70 GiB.
struct SchedulerConfig {
  std::int32_t num_gpu_blocks = 0;  ///< KV blocks of the replica; vLLM measures it, so no default
  std::int32_t block_size = 16;     ///< tokens of a KV block; a power of two
  std::int64_t max_num_batched_tokens = 2048;  ///< tokens of one step, all requests together
  std::int64_t max_num_seqs = 256;             ///< requests of one step
  /// Prompt and output of one request. 0: as many as the KV blocks hold.
  std::int64_t max_model_len = 0;
  /// Off: a prompt waits until it fits into one step as a whole.
  bool enable_chunked_prefill = true;
  /// Longest piece of one prompt in one step; 0: no limit of its own.
  std::int64_t long_prefill_token_threshold = 0;
  SchedulingPolicy scheduling_policy = SchedulingPolicy::kFcfs;
  /// Requests take over the KV blocks of a prefix that is known by its hashes.
  bool enable_prefix_caching = true;
  /// Different adapters of one step: a request that would bring one more waits, and those behind it
  /// go before it. 0: no request has an adapter.
  std::int64_t max_loras = 0;
};

/// Refuses (kInvalid) what could not serve one request of max_model_len tokens, and fills in a
/// max_model_len of 0.
Result<SchedulerConfig> checked(SchedulerConfig config);

}  // namespace inferlab
