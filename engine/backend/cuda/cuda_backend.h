#pragma once

#include <cstdint>
#include <initializer_list>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "engine/backend/backend.h"
#include "engine/backend/cuda/decode_graphs.h"
#include "engine/backend/cuda/device_adapters.h"
#include "engine/backend/cuda/device_weights.h"
#include "engine/backend/cuda/gemm_library.h"
#include "engine/backend/cuda/kv_view.h"
#include "engine/backend/cuda/step_buffers.h"
#include "engine/backend/cuda/stream.h"
#include "engine/backend/cuda/workspace.h"

namespace inferlab::cuda {

struct CudaOptions {
  /// Matrix products of many rows by cuBLASLt where it is found: faster, but a row's bits then
  /// depend on how many rows a step has.
  bool use_library = true;
  /// Decode steps as graphs.
  bool use_graphs = true;
};

/// One CUDA device, compute capability 8.0 or later. Weights are in its memory as packed_layout.h
/// says, the residual stream is in fp32, matrix products are by tensor cores; quantised weights are
/// multiplied with activations of 8 bits, as on the CPU.
///
/// Without the library every kernel gives a row the same bits whatever is beside it, so forward()
/// keeps the promise of Backend to the last bit. Another kind of device may give other last bits.
class CudaBackend final : public Backend {
 public:
  /// kUnavailable where no driver or no device answers.
  static Result<std::unique_ptr<Backend>> create(const CudaOptions& options);

  [[nodiscard]] DeviceInfo info() const override { return info_; }
  Result<void> load(const ModelWeights& weights, const KvCacheShape& kv) override;
  Result<void> forward(const Batch& batch, std::span<float> logits) override;
  [[nodiscard]] bool rows_are_invariant() const override { return library_ == nullptr; }
  Result<void> embed(const Batch& batch, std::span<float> states) override;
  Result<void> enable_adapters(const AdapterRoom& room) override;
  Result<void> set_adapter(std::int32_t slot, std::shared_ptr<const LoraAdapter> adapter) override;
  /// kInvalid when a block does not exist; nothing was copied then and the backend lives on.
  Result<void> copy_kv_blocks(std::span<const KvBlockCopy> copies) override;
  /// F16, or BF16 for models of this type; F32 for heads that only its kernel takes.
  [[nodiscard]] KvType default_kv_type(const ModelWeights& weights) const override;
  Result<std::optional<std::int32_t>> fit_kv(const ModelWeights& weights, const KvCacheShape& block,
                                             const StepLimits& limits) override;
  [[nodiscard]] std::string load_summary() const override;
  [[nodiscard]] bool can_sample() const override { return true; }
  Result<void> forward_sampled(const Batch& batch, std::span<const RowSampling> params,
                               std::span<std::int32_t> tokens) override;

 private:
  CudaBackend(const CudaOptions& options, DeviceInfo info, Stream stream, int num_processors,
              std::unique_ptr<GemmLibrary> library);

  /// What kernels are launched for; a graph is made for one of these.
  struct StepShape {
    std::int64_t rows = 0;
    std::int64_t sampled = 0;
    bool has_pieces = false;
    std::int32_t prefill_tiles = 0;
    bool gives_states = false;  // in place of logits
  };

  Result<void> load_weights(const ModelWeights& weights);
  Result<void> reserve_kv(const KvCacheShape& kv);
  Result<void> check(const Batch& batch, std::size_t num_logits) const;
  Result<void> check_positions(const Batch& batch) const;
  /// Queues a whole step; logits are then in the workspace.
  Result<void> run(const Batch& batch);
  [[nodiscard]] std::int64_t states_stride() const {
    return form_stride(Form::kF32, config_.hidden_size);
  }
  Result<void> reserve(std::int64_t rows, std::int64_t sampled, const StepPlan& plan);
  /// Whether the step has adapters, and room for what they need.
  Result<void> prepare_adapters(const StepPlan& plan);
  Result<void> reserve_narrow(std::int64_t num_rows);
  Result<void> profile(const StepLimits& limits);

  Result<void> queue_step(const StepShape& shape);
  Result<void> queue_attention(const StepShape& shape, std::int32_t layer);
  Result<void> queue_ffn(std::int32_t index, std::int64_t rows);
  /// What adapters add to the outputs of these layers, side by side in y; x is in Form::kF32.
  Result<void> queue_adapters(std::int32_t layer, std::initializer_list<LoraTarget> targets,
                              std::int64_t rows, float* y, std::int64_t first_row = 0);
  Result<void> norm(const float* weight, const float* delta, std::int64_t rows,
                    const LinearParts& parts, const std::int32_t* picked = nullptr,
                    std::int64_t first_row = 0);
  /// The rows that norm() or another has written in the form that the parts want.
  Result<void> multiply(const LinearParts& parts, std::int64_t rows, float* y,
                        std::int64_t y_stride);

  [[nodiscard]] bool uses_library(const DeviceMatrix& matrix, std::int64_t rows) const;
  /// In which form a matrix takes this number of rows.
  [[nodiscard]] Form form_of(const DeviceMatrix& matrix, std::int64_t rows) const;
  [[nodiscard]] std::vector<Form> forms_of(const LinearParts& parts, std::int64_t rows) const;

  CudaOptions options_;
  DeviceInfo info_;
  Stream stream_;
  int num_processors_;
  std::unique_ptr<GemmLibrary> library_;

  LlamaConfig config_;
  std::optional<DeviceWeights> weights_;
  Workspace::Needs needs_;  // of what has been asked for so far
  KvCacheShape kv_{.num_blocks = 0, .block_size = 1};
  KvView view_;
  DeviceArray<std::uint8_t> cache_;
  DeviceArray<float2> turns_;  // [num_positions_, rope_dim / 2]
  std::int64_t num_positions_ = 0;
  Workspace work_;
  StepBuffers steps_;
  PinnedArray<float> host_logits_;
  DeviceArray<float> states_;  // [sampled rows, states_stride()], of embed()
  DeviceArray<RowSampling> sampling_;
  DeviceArray<std::int32_t> tokens_;
  DeviceAdapters adapters_;
  bool step_has_adapters_ = false;
  DeviceArray<float> narrow_;  // of add_adapters()
  DecodeGraphs graphs_;        // after what they read
};

/// Rows of registry.cpp.
Result<std::unique_ptr<Backend>> make_cuda_backend();
Result<std::unique_ptr<Backend>> make_invariant_cuda_backend();

}  // namespace inferlab::cuda
