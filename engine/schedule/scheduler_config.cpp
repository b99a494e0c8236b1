#include "engine/schedule/scheduler_config.h"

#include <fmt/format.h>

#include <bit>

namespace inferlab {
namespace {

Error invalid(std::string what, std::string hint) {
  return Error{ErrorKind::kInvalid, "scheduler configuration: " + std::move(what), std::move(hint)};
}

}  // namespace

Result<SchedulerConfig> checked(SchedulerConfig config) {
  if (config.num_gpu_blocks < 1) {
    return invalid(
        fmt::format("num_gpu_blocks: is {}: no room for any KV block", config.num_gpu_blocks),
        "give the KV cache more memory");
  }
  // 4096 is far above any block size that a kernel has; it keeps the products below small.
  if (config.block_size < 1 || config.block_size > 4096 ||
      !std::has_single_bit(static_cast<std::uint32_t>(config.block_size))) {
    return invalid(
        fmt::format("block_size: is {}: must be a power of two, at most 4096", config.block_size),
        "16 is the default");
  }
  if (config.max_num_seqs < 1) {
    return invalid(fmt::format("max_num_seqs: is {}", config.max_num_seqs), "give at least 1");
  }
  if (config.max_num_batched_tokens < config.max_num_seqs) {
    return invalid(fmt::format("max_num_batched_tokens: is {}: less than max_num_seqs, {}",
                               config.max_num_batched_tokens, config.max_num_seqs),
                   "each running request needs one token of the step");
  }
  const std::int64_t capacity =
      std::int64_t{config.num_gpu_blocks} * std::int64_t{config.block_size};
  if (config.max_model_len < 0) {
    return invalid(fmt::format("max_model_len: is {}", config.max_model_len),
                   "0 takes what the KV cache holds");
  }
  if (config.max_model_len == 0) {
    config.max_model_len = capacity;
  }
  if (config.max_model_len > capacity) {
    return invalid(
        fmt::format("max_model_len: is {}: the KV cache holds {} tokens ({} blocks of {})",
                    config.max_model_len, capacity, config.num_gpu_blocks, config.block_size),
        "lower max_model_len or give the KV cache more memory");
  }
  if (config.max_model_len < 2) {
    return invalid(fmt::format("max_model_len: is {}: no room for a prompt and an answer",
                               config.max_model_len),
                   "give at least 2");
  }
  if (!config.enable_chunked_prefill && config.max_num_batched_tokens < config.max_model_len) {
    return invalid(
        fmt::format("max_num_batched_tokens: is {}: less than max_model_len, {}, and prompts are "
                    "not split",
                    config.max_num_batched_tokens, config.max_model_len),
        "raise it, lower max_model_len or enable chunked prefill");
  }
  if (config.long_prefill_token_threshold < 0 ||
      (config.long_prefill_token_threshold > 0 && !config.enable_chunked_prefill)) {
    return invalid(
        fmt::format("long_prefill_token_threshold: is {}", config.long_prefill_token_threshold),
        "0, or a number of tokens with chunked prefill enabled");
  }
  if (config.max_loras < 0) {
    return invalid(fmt::format("max_loras: is {}", config.max_loras), "0 is without adapters");
  }
  return config;
}

}  // namespace inferlab
