#include "engine/serve/engine_limits.h"

#include <fmt/format.h>

#include <algorithm>

#include "engine/serve/make_loras.h"

namespace inferlab {
namespace {

constexpr std::int64_t kDefaultKvCacheBytes = std::int64_t{256} * 1024 * 1024;

/// num_gpu_blocks: as told, or what the memory holds, or what max_num_seqs can use at most.
Result<std::int32_t> choose_num_blocks(const ServeOptions& options, KvType type,
                                       const LlamaConfig& model, std::int64_t max_model_len) {
  if (options.num_gpu_blocks_override != 0) return options.num_gpu_blocks_override;
  const std::int64_t block_bytes =
      KvCacheShape{.num_blocks = 1, .block_size = options.block_size, .type = type}.block_bytes(
          model);
  const bool is_default = options.kv_cache_memory_bytes == 0;
  const std::int64_t bytes = is_default ? kDefaultKvCacheBytes : options.kv_cache_memory_bytes;
  if (bytes < block_bytes || block_bytes <= 0) {
    return Error{ErrorKind::kInvalid,
                 fmt::format("kv_cache_memory_bytes: is {}: one KV block takes {} bytes", bytes,
                             block_bytes),
                 "give the KV cache more memory"};
  }
  std::int64_t num_blocks = bytes / block_bytes;
  const std::int64_t per_request = (max_model_len - 1) / options.block_size + 1;
  if (is_default) num_blocks = std::min(num_blocks, per_request * options.max_num_seqs);
  return static_cast<std::int32_t>(std::min<std::int64_t>(num_blocks, INT32_MAX));
}

Result<SchedulerConfig> config_of(const ServeOptions& options, const LlamaConfig& model) {
  if (options.max_model_len < 0 || options.max_model_len > model.max_model_len) {
    return Error{ErrorKind::kInvalid,
                 fmt::format("max_model_len: is {}: the model {} {} {} tokens",
                             options.max_model_len, model.name,
                             model.max_model_len < model.context_length
                                 ? "is computed within its sliding window of"
                                 : "was trained for",
                             model.max_model_len),
                 "lower it, or leave it out"};
  }
  if (options.max_num_waiting < 1) {
    return Error{ErrorKind::kInvalid,
                 fmt::format("max_num_waiting: is {}", options.max_num_waiting), "give at least 1"};
  }
  SchedulerConfig config;
  config.block_size = options.block_size;
  config.max_num_batched_tokens = options.max_num_batched_tokens;
  config.max_num_seqs = options.max_num_seqs;
  config.enable_chunked_prefill = options.enable_chunked_prefill;
  config.scheduling_policy = options.scheduling_policy;
  config.enable_prefix_caching = options.enable_prefix_caching;
  config.max_model_len = options.max_model_len == 0 ? model.max_model_len : options.max_model_len;
  config.num_gpu_blocks = 1;
  return config;
}

}  // namespace

Result<ServeOptions> fitted_to_device(const ServeOptions& options, KvType type,
                                      const ModelWeights& weights, bool pools, Backend& backend) {
  if (options.num_gpu_blocks_override != 0 || options.kv_cache_memory_bytes != 0) return options;
  const std::int64_t most = weights.config.max_model_len;
  // What is wrong with these is said by scheduler_config().
  if (options.block_size < 1 || options.max_num_seqs < 1 || options.max_num_batched_tokens < 1 ||
      options.max_model_len < 0 || options.max_model_len > most) {
    return options;
  }
  const std::int64_t rows_of_sequence =
      1 + std::max<std::int64_t>(0, options.speculative_config.num_speculative_tokens);
  INFERLAB_TRY(
      const std::optional<std::int32_t> num_blocks,
      backend.fit_kv(weights, {.num_blocks = 1, .block_size = options.block_size, .type = type},
                     {.max_num_batched_tokens = options.max_num_batched_tokens,
                      .max_num_seqs = options.max_num_seqs,
                      .max_model_len = options.max_model_len == 0 ? most : options.max_model_len,
                      .max_sampled_rows = std::min(options.max_num_batched_tokens,
                                                   options.max_num_seqs * rows_of_sequence),
                      .max_state_rows = pools ? options.max_num_batched_tokens : 0,
                      .memory_utilization = options.gpu_memory_utilization}));
  if (!num_blocks) return options;
  if (!options.speculative_model.empty()) {
    return Error{ErrorKind::kInvalid,
                 fmt::format("speculative_config.model: the KV cache would leave it no room on {}",
                             backend.info().name),
                 "give --kv-cache-memory-bytes or --num-gpu-blocks-override, for both models"};
  }
  ServeOptions out = options;
  out.num_gpu_blocks_override = *num_blocks;
  return out;
}

Result<SchedulerConfig> scheduler_config(const ServeOptions& options, KvType type,
                                         const LlamaConfig& model) {
  INFERLAB_TRY(SchedulerConfig config, config_of(options, model));
  if (options.block_size >= 1 && options.max_num_seqs >= 1) {  // else checked() says so
    INFERLAB_TRY(config.num_gpu_blocks,
                 choose_num_blocks(options, type, model, config.max_model_len));
  }
  return checked(config);
}

Result<SchedulerConfig> encoder_scheduler_config(const ServeOptions& options,
                                                 const LlamaConfig& model) {
  INFERLAB_TRY(SchedulerConfig config, config_of(options, model));
  config.enable_chunked_prefill = false;
  config.enable_prefix_caching = false;
  // As vLLM does where prompts are not split: a step holds the longest one at least.
  config.max_num_batched_tokens = std::max(config.max_num_batched_tokens, config.max_model_len);
  if (options.block_size >= 1 && options.max_num_seqs >= 1) {  // else checked() says so
    const std::int64_t full = config.max_num_batched_tokens / options.block_size;
    config.num_gpu_blocks =
        static_cast<std::int32_t>(std::min<std::int64_t>(full + config.max_num_seqs, INT32_MAX));
  }
  return checked(config);
}

Result<SchedulerConfig> engine_config(const ServeOptions& options, KvType type, const Model& model,
                                      bool pools, Backend& backend) {
  INFERLAB_TRY(const std::int64_t max_loras, enable_loras(options, model, backend));
  if (model.encoder) return encoder_scheduler_config(options, model.config());
  INFERLAB_TRY(const ServeOptions sized,
               fitted_to_device(options, type, model.weights, pools, backend));
  INFERLAB_TRY(SchedulerConfig config, scheduler_config(sized, type, model.config()));
  config.max_loras = max_loras;
  return config;
}

Result<void> check_memory(const KvCacheShape& kv, const LlamaConfig& model,
                          const DeviceInfo& device) {
  const std::int64_t block_bytes = kv.block_bytes(model);
  if (device.memory_bytes <= 0 || kv.num_blocks <= device.memory_bytes / block_bytes) return {};
  return Error{ErrorKind::kExhausted,
               fmt::format("KV cache: {} blocks of {} bytes do not fit in the {} bytes of {}",
                           kv.num_blocks, block_bytes, device.memory_bytes, device.name),
               "ask for fewer KV blocks"};
}

Result<KvType> kv_type(const ServeOptions& options, KvType preferred) {
  const std::string& name = options.kv_cache_dtype;
  if (name == "auto") return preferred;
  if (name == "f16" || name == "float16") return KvType::kF16;  // the longer ones: vLLM's names
  if (name == "f32") return KvType::kF32;
  if (name == "bf16" || name == "bfloat16") return KvType::kBF16;
  if (name == "fp8" || name == "fp8_e4m3") return KvType::kFp8;
  if (name == "q8") return KvType::kQ8;
  return Error{ErrorKind::kInvalid, fmt::format("kv_cache_dtype: is {}", name),
               "give auto, f32, f16, bf16, fp8 or q8"};
}

}  // namespace inferlab
