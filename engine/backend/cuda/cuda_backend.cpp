#include "engine/backend/cuda/cuda_backend.h"

#include <fmt/format.h>

#include <algorithm>
#include <cstring>
#include <numeric>
#include <utility>

#include "engine/backend/check_batch.h"
#include "engine/backend/cuda/devices.h"
#include "engine/backend/cuda/kv_budget.h"
#include "engine/backend/cuda/rope_table.h"
#include "engine/backend/cuda/sample.h"
#include "engine/backend/rope.h"
#include "engine/base/check.h"

namespace inferlab::cuda {
namespace {

constexpr std::int32_t kMaxBlockSize = 1 << 12;
/// Positions that there are angles for: 512 bytes each where heads have 128 elements.
constexpr std::int32_t kMostPositions = 1 << 19;
/// More logits than this are copied without a pinned buffer of their size.
constexpr std::size_t kMostPinnedLogits = std::size_t{16} << 20;
/// What a graph of a decode step takes at most; there are 53 sizes of them.
constexpr std::int64_t kGraphBytes = std::int64_t{53} << 20;

Result<void> check_shape(const LlamaConfig& config, const KvCacheShape& kv) {
  const bool has_blocks = kv.num_blocks >= 1 && kv.block_size >= 4 &&
                          kv.block_size <= kMaxBlockSize &&
                          (kv.block_size & (kv.block_size - 1)) == 0;
  if (!has_blocks) {
    return Error{ErrorKind::kInvalid,
                 fmt::format("KV cache: {} blocks of {} tokens", kv.num_blocks, kv.block_size),
                 "on this device a block is a power of two, 4 to 4096 tokens"};
  }
  if (kv.type == KvType::kQ8) {
    return Error{ErrorKind::kInvalid, "KV cache: Q8 is for the CPU", "take F16, BF16, FP8 or F32"};
  }
  if (config.head_dim > 256 || (kv.type != KvType::kF32 && config.head_dim % 8 != 0)) {
    return Error{ErrorKind::kInvalid,
                 fmt::format("model: heads of {} elements are not supported on this device",
                             config.head_dim),
                 "a multiple of 8 up to 256 is; --device cpu runs any"};
  }
  return {};
}

}  // namespace

CudaBackend::CudaBackend(const CudaOptions& options, DeviceInfo info, Stream stream,
                         int num_processors, std::unique_ptr<GemmLibrary> library)
    : options_(options),
      info_(std::move(info)),
      stream_(std::move(stream)),
      num_processors_(num_processors),
      library_(std::move(library)),
      config_{} {}

Result<std::unique_ptr<Backend>> CudaBackend::create(const CudaOptions& options) {
  constexpr const char* kHint = "`inferlab doctor` shows the devices; --device cpu needs none";
  Result<std::vector<DeviceInfo>> found = devices();
  if (!found) {
    return Error{ErrorKind::kUnavailable, found.error().message, kHint};
  }
  if (found->empty()) return Error{ErrorKind::kUnavailable, "cuda: there is no device", kHint};
  DeviceInfo info = found->front();
  if (info.compute_capability < "8.0" && info.compute_capability.size() == 3) {
    return Error{ErrorKind::kUnavailable,
                 fmt::format("cuda: {} has compute capability {}, need 8.0 (Ampere) or later",
                             info.name, info.compute_capability),
                 "--device cpu runs here"};
  }
  INFERLAB_TRY_VOID(checked("device 0", cudaSetDevice(0)));
  int processors = 0;
  INFERLAB_TRY_VOID(
      checked("device 0", cudaDeviceGetAttribute(&processors, cudaDevAttrMultiProcessorCount, 0)));
  INFERLAB_TRY(Stream stream, Stream::create());
  std::unique_ptr<GemmLibrary> library;
  if (options.use_library) {
    // Without it there are our own kernels.
    if (Result<std::unique_ptr<GemmLibrary>> loaded = GemmLibrary::find()) {
      library = std::move(loaded).value();
    }
  }
  return std::unique_ptr<Backend>(
      new CudaBackend(options, std::move(info), std::move(stream), processors, std::move(library)));
}

Result<void> CudaBackend::load_weights(const ModelWeights& weights) {
  config_ = weights.config;
  INFERLAB_TRY(weights_, DeviceWeights::load(weights));
  INFERLAB_TRY_VOID(adapters_.reserve(config_));
  // Every form that a step of any size may ask for.
  const auto note = [this](const LinearParts& parts) {
    for (const LinearPart& part : parts) {
      for (const std::int64_t rows : {std::int64_t{1}, std::int64_t{1} << 17}) {
        needs_.forms[static_cast<std::size_t>(form_of(part.matrix, rows))] = true;
      }
    }
  };
  note(weights_->output());
  for (const DeviceLayer& layer : weights_->layers()) {
    for (const LinearParts* parts : {&layer.qkv, &layer.attn_output, &layer.gate_up, &layer.down}) {
      note(*parts);
    }
  }
  if (library_) needs_.dequantized = weights_->largest_packed();

  const Matrix& factors = weights.rope_freqs;
  std::vector<float> values(factors.data.empty() ? 0 : static_cast<std::size_t>(factors.columns));
  std::memcpy(values.data(), factors.data.data(), factors.data.size());
  const Rope rope(config_, values);
  const std::span<const double> frequencies = rope.frequencies();
  num_positions_ = std::min(config_.max_model_len, kMostPositions);
  INFERLAB_TRY(turns_, DeviceArray<float2>::create(static_cast<std::size_t>(num_positions_) *
                                                   frequencies.size()));
  INFERLAB_TRY(const DeviceArray<double> device_frequencies,
               DeviceArray<double>::from(frequencies));
  INFERLAB_TRY_VOID(rope_table(device_frequencies.data(), std::ssize(frequencies), rope.magnitude(),
                               num_positions_, turns_.data(), stream_.get()));
  return stream_.wait();
}

Result<void> CudaBackend::reserve_kv(const KvCacheShape& kv) {
  INFERLAB_TRY_VOID(check_shape(config_, kv));
  kv_ = kv;
  view_ = {.num_layers = config_.num_layers,
           .num_kv_heads = config_.num_kv_heads,
           .head_dim = config_.head_dim};
  while (view_.block_size() < kv.block_size) ++view_.block_shift;
  const std::int64_t block_bytes = kv.block_bytes(config_);
  Error too_much{ErrorKind::kExhausted,
                 fmt::format("KV cache: {} blocks of {} bytes do not fit in the memory of {}",
                             kv.num_blocks, block_bytes, info_.name),
                 "ask for fewer KV blocks"};
  if (kv.num_blocks > info_.memory_bytes / block_bytes) return too_much;
  const auto bytes = static_cast<std::size_t>(block_bytes * kv.num_blocks);
  Result<DeviceArray<std::uint8_t>> cache = DeviceArray<std::uint8_t>::create(bytes);
  if (!cache) return cache.error().kind == ErrorKind::kExhausted ? too_much : cache.error();
  cache_ = std::move(cache).value();
  view_.data = cache_.data();
  needs_.kv_element_bytes = kv.type == KvType::kF32 ? 4 : 2;
  graphs_.clear();
  return checked("KV cache", cudaMemsetAsync(cache_.data(), 0, bytes, stream_.get()));
}

Result<void> CudaBackend::load(const ModelWeights& weights, const KvCacheShape& kv) {
  INFERLAB_CHECK(view_.data == nullptr);
  INFERLAB_TRY_VOID(check_shape(weights.config, kv));
  if (!weights_) INFERLAB_TRY_VOID(load_weights(weights));
  return reserve_kv(kv);
}

KvType CudaBackend::default_kv_type(const ModelWeights& weights) const {
  if (weights.config.head_dim % 8 != 0) return KvType::kF32;
  return weights.token_embd.type == TensorType::kBF16 ? KvType::kBF16 : KvType::kF16;
}

Result<std::optional<std::int32_t>> CudaBackend::fit_kv(const ModelWeights& weights,
                                                        const KvCacheShape& block,
                                                        const StepLimits& limits) {
  INFERLAB_CHECK(!weights_);
  KvCacheShape kv = block;
  kv.num_blocks = 1;
  INFERLAB_TRY_VOID(check_shape(weights.config, kv));
  INFERLAB_TRY_VOID(load_weights(weights));
  // A small cache for a step of the largest size, whose memory is then counted.
  kv.num_blocks = static_cast<std::int32_t>(ceil_div(limits.max_num_batched_tokens, kv.block_size));
  INFERLAB_TRY_VOID(reserve_kv(kv));
  INFERLAB_TRY_VOID(profile(limits));
  cache_ = DeviceArray<std::uint8_t>();
  view_.data = nullptr;
  graphs_.clear();
  std::size_t free_bytes = 0;
  std::size_t total_bytes = 0;
  INFERLAB_TRY_VOID(checked("memory", cudaMemGetInfo(&free_bytes, &total_bytes)));
  const MemoryBudget budget = {.total_bytes = static_cast<std::int64_t>(total_bytes),
                               .used_bytes = static_cast<std::int64_t>(total_bytes - free_bytes),
                               .reserved_bytes = options_.use_graphs ? kGraphBytes : 0,
                               .utilization = limits.memory_utilization};
  const std::int64_t blocks = kv_blocks_within(budget, kv.block_bytes(config_));
  if (blocks < 1) {
    return Error{ErrorKind::kExhausted,
                 fmt::format("KV cache: weights and steps of {} tokens take {} of the {} bytes of "
                             "{}, which leaves no block within a utilization of {}",
                             limits.max_num_batched_tokens, budget.used_bytes, budget.total_bytes,
                             info_.name, limits.memory_utilization),
                 "raise --gpu-memory-utilization, or lower --max-num-batched-tokens"};
  }
  return std::optional(static_cast<std::int32_t>(blocks));
}

std::string CudaBackend::load_summary() const {
  if (!weights_) return {};
  const LoadReport& report = weights_->report();
  return fmt::format("Weights on {}: {:.2f} GB in {:.2f} s, {:.1f} GB/s", info_.name,
                     static_cast<double>(report.bytes) * 1e-9, report.milliseconds * 1e-3,
                     report.bytes_per_second() * 1e-9);
}

Result<void> CudaBackend::profile(const StepLimits& limits) {
  const auto tokens = static_cast<std::int32_t>(limits.max_num_batched_tokens);
  const auto longest = static_cast<std::int32_t>(
      std::min<std::int64_t>(limits.max_model_len, limits.max_num_batched_tokens));
  needs_.sampled = std::max(needs_.sampled, limits.max_sampled_rows);
  INFERLAB_TRY_VOID(
      states_.reserve(static_cast<std::size_t>(limits.max_state_rows * states_stride())));
  INFERLAB_TRY_VOID(reserve_narrow(tokens));
  Batch batch;
  const std::vector<std::int32_t> table(static_cast<std::size_t>(longest / kv_.block_size + 1), 0);
  for (std::int32_t done = 0; done < tokens; done += longest) {
    const std::vector<std::int32_t> ids(static_cast<std::size_t>(std::min(longest, tokens - done)),
                                        0);
    batch.add(ids, 0, table, 1);
  }
  INFERLAB_TRY_VOID(run(batch));
  INFERLAB_TRY_VOID(stream_.wait());
  // A decode of as many sequences as may run, each of the longest context that fits the cache.
  Batch decode;
  const auto seqs = static_cast<std::int32_t>(limits.max_num_seqs);
  for (std::int32_t s = 0; s < seqs; ++s) {
    decode.add(std::vector<std::int32_t>{0}, longest - 1, table, 1);
  }
  INFERLAB_TRY_VOID(run(decode));
  return stream_.wait();
}

Result<void> CudaBackend::check(const Batch& batch, std::size_t num_logits) const {
  INFERLAB_CHECK(view_.data != nullptr);
  INFERLAB_TRY_VOID(check_batch(batch, config_, kv_, num_logits, adapters_.filled()));
  return check_positions(batch);
}

Result<void> CudaBackend::check_positions(const Batch& batch) const {
  for (const std::int32_t position : batch.positions) {
    if (position < num_positions_) continue;
    return Error{ErrorKind::kInvalid, fmt::format("batch: position {}: this device computes {}",
                                                  position, num_positions_)};
  }
  return {};
}

Result<void> CudaBackend::reserve(std::int64_t rows, std::int64_t sampled, const StepPlan& plan) {
  const HeadGroups heads = {config_.num_heads / config_.num_kv_heads};
  needs_.rows = std::max(needs_.rows, rows);
  needs_.sampled = std::max(needs_.sampled, sampled);
  // Contexts grow with every step: by halves, so that graphs are seldom made anew.
  const std::int64_t partial_rows = plan.num_partial_tokens * heads.heads_per_tile() *
                                    heads.groups_per_kv() * config_.num_kv_heads;
  if (partial_rows > needs_.partial_rows) needs_.partial_rows = partial_rows + partial_rows / 2;
  INFERLAB_TRY(const bool work_moved, work_.reserve(config_, needs_));
  INFERLAB_TRY(const bool steps_moved,
               steps_.reserve(std::max(rows, sampled), std::ssize(plan.items),
                              std::ssize(plan.block_tables)));
  if (work_moved || steps_moved) graphs_.clear();
  return prepare_adapters(plan);
}

Result<void> CudaBackend::run(const Batch& batch) {
  const std::int64_t padded =
      options_.use_graphs && is_plain_decode(batch) ? graph_rows(batch.num_rows()) : 0;
  const HeadGroups heads = {config_.num_heads / config_.num_kv_heads};
  const StepPlan plan = plan_step(batch, kv_.block_size, heads, padded, kv_.type != KvType::kF32);
  std::vector<std::int32_t> sampled = batch.sampled_rows;
  if (padded > 0) {
    sampled.resize(static_cast<std::size_t>(padded));
    std::iota(sampled.begin(), sampled.end(), 0);
  }
  INFERLAB_TRY_VOID(reserve(plan.num_rows(), std::ssize(sampled), plan));
  INFERLAB_TRY_VOID(steps_.upload(plan, sampled, stream_.get()));
  const StepShape shape = {.rows = plan.num_rows(),
                           .sampled = std::ssize(sampled),
                           .has_pieces = !plan.items.empty(),
                           .prefill_tiles = static_cast<std::int32_t>(plan.prefill_tiles.size())};
  if (padded == 0) return queue_step(shape);
  // A step with adapters has kernels more: its graph is another one.
  const std::int64_t graph = step_has_adapters_ ? -padded : padded;
  return graphs_.run(graph, stream_.get(), [&] { return queue_step(shape); });
}

Result<void> CudaBackend::forward(const Batch& batch, std::span<float> logits) {
  INFERLAB_TRY_VOID(check(batch, logits.size()));
  if (batch.num_rows() == 0) return {};
  INFERLAB_TRY_VOID(run(batch));
  if (logits.empty()) return stream_.wait();
  const bool pinned = logits.size() <= kMostPinnedLogits;
  if (pinned) INFERLAB_TRY_VOID(host_logits_.reserve(logits.size()));
  float* to = pinned ? host_logits_.data() : logits.data();
  INFERLAB_TRY_VOID(
      checked("copy of logits", cudaMemcpyAsync(to, work_.logits.data(), logits.size_bytes(),
                                                cudaMemcpyDeviceToHost, stream_.get())));
  INFERLAB_TRY_VOID(stream_.wait());
  if (pinned) std::copy_n(to, logits.size(), logits.data());
  return {};
}

Result<void> CudaBackend::embed(const Batch& batch, std::span<float> states) {
  INFERLAB_CHECK(view_.data != nullptr);
  INFERLAB_TRY_VOID(check_embed_batch(batch, config_, kv_, states.size(), adapters_.filled()));
  INFERLAB_TRY_VOID(check_positions(batch));
  if (batch.num_rows() == 0) return {};
  const std::int64_t num_states = batch.num_sampled();
  const HeadGroups heads = {config_.num_heads / config_.num_kv_heads};
  const StepPlan plan = plan_step(batch, kv_.block_size, heads, 0, kv_.type != KvType::kF32);
  INFERLAB_TRY_VOID(reserve(plan.num_rows(), 0, plan));
  INFERLAB_TRY_VOID(states_.reserve(static_cast<std::size_t>(num_states * states_stride())));
  INFERLAB_TRY_VOID(steps_.upload(plan, batch.sampled_rows, stream_.get()));
  INFERLAB_TRY_VOID(
      queue_step({.rows = plan.num_rows(),
                  .sampled = num_states,
                  .has_pieces = !plan.items.empty(),
                  .prefill_tiles = static_cast<std::int32_t>(plan.prefill_tiles.size()),
                  .gives_states = true}));
  if (num_states == 0) return stream_.wait();
  const std::size_t row_bytes = static_cast<std::size_t>(config_.hidden_size) * sizeof(float);
  INFERLAB_TRY_VOID(
      checked("copy of hidden states",
              cudaMemcpy2DAsync(states.data(), row_bytes, states_.data(),
                                static_cast<std::size_t>(states_stride()) * sizeof(float),
                                row_bytes, static_cast<std::size_t>(num_states),
                                cudaMemcpyDeviceToHost, stream_.get())));
  return stream_.wait();
}

Result<void> CudaBackend::forward_sampled(const Batch& batch, std::span<const RowSampling> params,
                                          std::span<std::int32_t> tokens) {
  const auto count = static_cast<std::size_t>(batch.num_sampled());
  INFERLAB_CHECK(params.size() == count && tokens.size() == count);
  INFERLAB_TRY_VOID(check(batch, count * static_cast<std::size_t>(config_.vocab_size)));
  if (batch.num_rows() == 0) return {};
  INFERLAB_TRY_VOID(run(batch));
  if (count == 0) return stream_.wait();
  INFERLAB_TRY_VOID(sampling_.reserve(count));
  INFERLAB_TRY_VOID(tokens_.reserve(count));
  INFERLAB_TRY_VOID(checked("copy of sampling parameters",
                            cudaMemcpyAsync(sampling_.data(), params.data(), params.size_bytes(),
                                            cudaMemcpyHostToDevice, stream_.get())));
  INFERLAB_TRY_VOID(sample(work_.logits.data(), std::ssize(tokens), config_.vocab_size,
                           sampling_.data(), tokens_.data(), stream_.get()));
  INFERLAB_TRY_VOID(
      checked("copy of tokens", cudaMemcpyAsync(tokens.data(), tokens_.data(), tokens.size_bytes(),
                                                cudaMemcpyDeviceToHost, stream_.get())));
  return stream_.wait();
}

Result<void> CudaBackend::copy_kv_blocks(std::span<const KvBlockCopy> copies) {
  INFERLAB_CHECK(view_.data != nullptr);
  INFERLAB_TRY_VOID(check_copies(copies, kv_));
  const auto bytes = static_cast<std::size_t>(kv_.block_bytes(config_));
  for (const KvBlockCopy& copy : copies) {
    INFERLAB_TRY_VOID(
        checked("copy of a KV block",
                cudaMemcpyAsync(cache_.data() + static_cast<std::size_t>(copy.target) * bytes,
                                cache_.data() + static_cast<std::size_t>(copy.source) * bytes,
                                bytes, cudaMemcpyDeviceToDevice, stream_.get())));
  }
  return {};
}

Result<std::unique_ptr<Backend>> make_cuda_backend() {
  return CudaBackend::create({});
}
Result<std::unique_ptr<Backend>> make_invariant_cuda_backend() {
  return CudaBackend::create({.use_library = false});
}

}  // namespace inferlab::cuda
