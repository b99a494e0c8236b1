#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <vector>

#include "engine/schedule/scheduler_config.h"

namespace inferlab {

/// What the engine and its HTTP server can be told. Names are those of vLLM's `vllm serve` flags
/// where it has one; 0 and "" mean the default that the comment gives.
struct ServeOptions {
  // The model.
  std::string model = {};  ///< path of a GGUF file
  /// Names in the API, the first in answers; empty: the model's own.
  std::vector<std::string> served_model_name = {};
  std::int64_t max_model_len = 0;  ///< tokens; 0: what the model was trained for
  std::uint64_t seed = 0;          ///< of requests that bring none

  // The engine.
  std::string device = "cpu";  ///< a row of engine/backend/registry.cpp
  std::int64_t max_num_seqs = 256;
  std::int64_t max_num_batched_tokens = 2048;
  std::int32_t block_size = 16;              ///< tokens
  std::int32_t num_gpu_blocks_override = 0;  ///< KV blocks; 0: from kv_cache_memory_bytes
  std::int64_t kv_cache_memory_bytes = 0;    ///< 0: 256 MiB, less where max_num_seqs needs less
  /// Part of a device's memory for weights, steps and KV blocks together, where neither of the two
  /// above is given; the CPU has no such limit.
  double gpu_memory_utilization = 0.9;
  bool enable_chunked_prefill = true;
  SchedulingPolicy scheduling_policy = SchedulingPolicy::kFcfs;
  /// Requests that may wait for their first step; more are refused with 429. vLLM has no such
  /// limit.
  std::int64_t max_num_waiting = 256;

  // The HTTP server.
  std::string host = "127.0.0.1";
  int port = 8000;           ///< 0: a free one
  std::string api_key = {};  ///< asked for under /v1; "": none
  /// Connections that are served at once, each on its own thread; 0: max_num_seqs +
  /// max_num_waiting and some to spare. Requests for tokens get all but a few of them, beyond that
  /// 429, so that /health and /metrics answer under load.
  int num_threads = 0;
  std::size_t max_body_bytes = std::size_t{8} * 1024 * 1024;
  bool disable_access_log = false;  ///< vLLM's --disable-uvicorn-access-log
};

}  // namespace inferlab
