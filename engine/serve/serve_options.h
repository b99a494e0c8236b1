#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <vector>

#include "engine/base/time.h"
#include "engine/schedule/scheduler_config.h"
#include "engine/serve/key_limits.h"
#include "engine/serve/lora_module.h"
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
  // What the model is served for (pooling_config.h).
  std::string runner = "auto";     ///< "generate", "pooling"
  std::string convert = "auto";    ///< "none"; "embed": a decoder for pooling
  std::string task = "auto";       ///< "generate", "embed": as releases before --runner have it
  std::string pooler_config = {};  ///< JSON: {"pooling_type": "MEAN", "normalize": false}
  std::string hf_overrides = {};   ///< JSON: is_matryoshka, matryoshka_dimensions

  // The engine.
  std::string device = "cpu";  ///< a row of engine/backend/registry.cpp
  std::int64_t max_num_seqs = 256;
  std::int64_t max_num_batched_tokens = 2048;
  std::int32_t block_size = 16;              ///< tokens
  std::int32_t num_gpu_blocks_override = 0;  ///< KV blocks; 0: from kv_cache_memory_bytes
  std::string kv_cache_dtype = "auto";  ///< "f32", "f16", "bf16", "fp8", "q8"; "auto": the device's
  std::int64_t kv_cache_memory_bytes = 0;  ///< 0: 256 MiB, less where max_num_seqs needs less
  /// Part of a device's memory for weights, steps and KV blocks together, where neither of the two
  /// above is given; the CPU has no such limit.
  double gpu_memory_utilization = 0.9;
  bool enable_chunked_prefill = true;
  bool enable_prefix_caching = true;
  NgramConfig speculative_config = {};  ///< num_speculative_tokens 0: none
  std::string speculative_model = {};   ///< a GGUF file that guesses instead; "": by lookup
  SchedulingPolicy scheduling_policy = SchedulingPolicy::kFcfs;
  // Adapters; the numbers count with enable_lora only.
  bool enable_lora = false;
  std::vector<LoraModule> lora_modules = {};
  std::int64_t max_loras = 1;  ///< different ones in a step
  std::int64_t max_lora_rank = 16;
  std::int64_t max_cpu_loras = 0;  ///< in memory; 0: max_loras
  /// Whether /v1/load_lora_adapter and /v1/unload_lora_adapter are there: who may ask may have the
  /// server read any file. vLLM's environment variable VLLM_ALLOW_RUNTIME_LORA_UPDATING.
  bool allow_runtime_lora_updating = false;
  /// Requests that may wait for their first step; more are refused with 429. vLLM has no such
  /// limit.
  std::int64_t max_num_waiting = 256;

  // The HTTP server.
  std::string host = "127.0.0.1";
  int port = 8000;                         ///< 0: a free one
  std::vector<std::string> api_keys = {};  ///< one of them is asked for under /v1; empty: none
  KeyLimits key_limits = {};               ///< of each key; without keys, of all clients together
  /// Connections that are served at once, each on its own thread; 0: max_num_seqs +
  /// max_num_waiting and some to spare. Requests for tokens get all but a few of them, beyond that
  /// 429, so that /health and /metrics answer under load.
  int num_threads = 0;
  std::size_t max_body_bytes = std::size_t{8} * 1024 * 1024;
  bool disable_access_log = false;  ///< vLLM's --disable-uvicorn-access-log
  /// A prefix that a proxy leaves in front of the paths.
  std::string root_path = {};
  /// Whose pages may read the answers in a browser (CORS); "*": everybody's.
  std::vector<std::string> allowed_origins = {"*"};
  bool enable_request_id_headers = false;
  bool enable_server_load_tracking = false;  ///< /load counts; else it says 0
  /// How long answers may go on when the server is told to end. vLLM's default is 0; here it is
  /// what Kubernetes' 30 s of grace leave room for.
  Duration shutdown_timeout = 25s;

  // Answers.
  /// JSON that an answer is bound to is on one line, whatever the request says.
  bool disable_any_whitespace = false;
  std::int64_t max_logprobs = 20;  ///< for each token; -1: all of the vocabulary
  bool enable_prompt_tokens_details = false;
  bool enable_force_include_usage = false;
  bool return_tokens_as_token_ids = false;

  // What is told.
  bool disable_log_stats = false;
  /// OTLP/HTTP collector of spans, "http://HOST:PORT[/v1/traces]"; "": none.
  std::string otlp_traces_endpoint = {};
  std::string otlp_service_name = "inferlab";
};

}  // namespace inferlab
