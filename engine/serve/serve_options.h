#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <vector>

#include "engine/schedule/scheduler_config.h"
#include "engine/serve/ngram_drafts.h"

namespace inferlab {

/// What the engine and its HTTP server can be told. Names are those of vLLM's `vllm serve` flags
/// where it has one; 0 and "" mean the default that the comment gives.
struct ServeOptions {
  // The model.
  std::string model = {};  ///< path of a GGUF file or a Hugging Face folder
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
  std::string kv_cache_dtype = "auto";       ///< "f32", "f16", "q8"; "auto" is f16
  std::int64_t kv_cache_memory_bytes = 0;    ///< 0: 256 MiB, less where max_num_seqs needs less
  bool enable_chunked_prefill = true;
  bool enable_prefix_caching = true;
  NgramConfig speculative_config = {};  ///< num_speculative_tokens 0: none
  std::string speculative_model = {};   ///< a GGUF file that guesses instead; "": by lookup
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
