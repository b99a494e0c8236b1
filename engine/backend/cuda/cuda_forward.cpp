// What a step queues: the forward pass of CudaBackend, kernel after kernel.

#include <algorithm>

#include "engine/backend/cuda/attention.h"
#include "engine/backend/cuda/cuda_backend.h"
#include "engine/backend/cuda/dequantize.h"
#include "engine/backend/cuda/embed.h"
#include "engine/backend/cuda/finish_heads.h"
#include "engine/backend/cuda/linear.h"
#include "engine/backend/cuda/rms_norm.h"
#include "engine/backend/cuda/swiglu.h"

namespace inferlab::cuda {
namespace {

/// From how many rows on the library's GEMM is used: ours reads activations once for each 16 rows
/// of weights, which at more rows than this is more than the weights.
constexpr std::int64_t kLibraryRows = 17;
/// Quantised weights are first written out as BF16, four to eight times their size.
constexpr std::int64_t kLibraryRowsPacked = 257;

}  // namespace

bool CudaBackend::uses_library(const DeviceMatrix& matrix, std::int64_t rows) const {
  if (!library_ || matrix.type == TensorType::kF32) return false;
  if (!is_packed(matrix.type)) return rows >= kLibraryRows;
  // The output matrix would want a gigabyte to be written out to, and has few rows.
  return rows >= kLibraryRowsPacked && matrix.rows * matrix.columns <= weights_->largest_packed();
}

Form CudaBackend::form_of(const DeviceMatrix& matrix, std::int64_t rows) const {
  if (uses_library(matrix, rows) && is_packed(matrix.type)) return Form::kBF16;
  return form_for(matrix.type);
}

std::vector<Form> CudaBackend::forms_of(const LinearParts& parts, std::int64_t rows) const {
  std::vector<Form> forms;
  for (const LinearPart& part : parts) {
    const Form form = form_of(part.matrix, rows);
    if (std::find(forms.begin(), forms.end(), form) == forms.end()) forms.push_back(form);
  }
  const bool has_floats = std::find(forms.begin(), forms.end(), Form::kF32) != forms.end();
  if (step_has_adapters_ && !has_floats) forms.push_back(Form::kF32);
  return forms;
}

Result<void> CudaBackend::queue_step(const StepShape& shape) {
  const DeviceWeights& weights = *weights_;
  INFERLAB_TRY_VOID(cuda::embed(weights.token_embd(), steps_.token_ids(), shape.rows,
                                work_.hidden.data(), stream_.get()));
  const float* delta = nullptr;
  for (std::int32_t index = 0; index < config_.num_layers; ++index) {
    const DeviceLayer& layer = weights.layers()[static_cast<std::size_t>(index)];
    INFERLAB_TRY_VOID(norm(layer.attn_norm, delta, shape.rows, layer.qkv));
    delta = work_.delta.data();
    INFERLAB_TRY_VOID(multiply(layer.qkv, shape.rows, work_.qkv.data(),
                               config_.q_size() + 2 * config_.kv_size()));
    INFERLAB_TRY_VOID(queue_adapters(index, {LoraTarget::kQ, LoraTarget::kK, LoraTarget::kV},
                                     shape.rows, work_.qkv.data()));
    INFERLAB_TRY_VOID(queue_attention(shape, index));
    INFERLAB_TRY_VOID(
        multiply(layer.attn_output, shape.rows, work_.delta.data(), config_.hidden_size));
    INFERLAB_TRY_VOID(
        queue_adapters(index, {LoraTarget::kAttnOutput}, shape.rows, work_.delta.data()));
    INFERLAB_TRY_VOID(queue_ffn(index, shape.rows));
  }
  if (shape.sampled == 0) return {};
  if (shape.gives_states) {
    return rms_norm({.hidden = work_.hidden.data(),
                     .delta = delta,
                     .weight = weights.output_norm(),
                     .eps = config_.rms_norm_eps,
                     .num_rows = shape.sampled,
                     .width = config_.hidden_size,
                     .rows = steps_.sampled_rows(),
                     .out = {.values = states_.data(), .stride = states_stride()}},
                    stream_.get());
  }
  INFERLAB_TRY_VOID(
      norm(weights.output_norm(), delta, shape.sampled, weights.output(), steps_.sampled_rows()));
  return multiply(weights.output(), shape.sampled, work_.logits.data(), config_.vocab_size);
}

Result<void> CudaBackend::queue_attention(const StepShape& shape, std::int32_t layer_index) {
  const DeviceLayer& layer = weights_->layers()[static_cast<std::size_t>(layer_index)];
  INFERLAB_TRY_VOID(finish_heads({.qkv = work_.qkv.data(),
                                  .num_heads = config_.num_heads,
                                  .bias = layer.qkv_bias,
                                  .q_norm = layer.q_norm,
                                  .k_norm = layer.k_norm,
                                  .eps = config_.rms_norm_eps,
                                  .turns = turns_.data(),
                                  .rope_dim = config_.rope_dim,
                                  .pairs = config_.rope_pairs,
                                  .rows = steps_.rows(),
                                  .kv = view_,
                                  .layer = layer_index,
                                  .q = work_.q.data()},
                                 kv_.type, shape.rows, stream_.get()));
  AttentionArgs args;
  args.kv = view_;
  args.layer = layer_index;
  args.heads.heads_per_kv = config_.num_heads / config_.num_kv_heads;
  args.num_heads = config_.num_heads;
  args.q = work_.q.data();
  args.partials = work_.partials.data();
  args.partial_sums = work_.partial_sums.data();
  args.num_prefill_tiles = shape.prefill_tiles;
  args.attended = work_.attended.data();
  steps_.describe(args);
  if (kv_.type == KvType::kF32) {
    INFERLAB_TRY_VOID(attention_f32(args, shape.rows, stream_.get()));
  } else {
    // Four warps a block and four blocks a multiprocessor: as many as a graph may need.
    if (shape.has_pieces) {
      INFERLAB_TRY_VOID(attention_split(args, kv_.type, 4 * num_processors_, stream_.get()));
    }
    INFERLAB_TRY_VOID(attention_prefill(args, kv_.type, stream_.get()));
  }
  for (const Form form : forms_of(layer.attn_output, shape.rows)) {
    INFERLAB_TRY_VOID(attention_combine(args, shape.rows, form, work_.rows(form, config_.q_size()),
                                        stream_.get()));
  }
  return {};
}

Result<void> CudaBackend::queue_adapters(std::int32_t layer,
                                         std::initializer_list<LoraTarget> targets,
                                         std::int64_t rows, float* y, std::int64_t first_row) {
  if (!step_has_adapters_) return {};
  LoraArgs args;
  args.views = adapters_.views(layer);
  args.views_stride = adapters_.views_stride();
  args.slots = steps_.row_adapters() + first_row;
  for (const LoraTarget target : targets) {
    const LoraTargetShape shape = lora_target_shape(target, config_);
    args.targets[args.num_targets++] = {.view = static_cast<std::int32_t>(target),
                                        .first_output = args.y_stride,
                                        .num_outputs = shape.rows};
    args.y_stride += shape.rows;
    args.columns = shape.columns;
  }
  const ActivationRows x = work_.rows(Form::kF32, args.columns);
  args.x = static_cast<const float*>(x.values);
  args.x_stride = x.stride;
  args.num_rows = rows;
  args.narrow = narrow_.data();
  args.narrow_stride = adapters_.max_rank();
  args.y = y;
  return add_adapters(args, stream_.get());
}

Result<void> CudaBackend::queue_ffn(std::int32_t index, std::int64_t rows) {
  const DeviceLayer& layer = weights_->layers()[static_cast<std::size_t>(index)];
  const std::int64_t ffn = config_.ffn_size;
  for (std::int64_t first = 0; first < rows; first += kFfnRows) {
    const std::int64_t count = std::min(kFfnRows, rows - first);
    float* delta = work_.delta.data() + first * config_.hidden_size;
    INFERLAB_TRY_VOID(norm(layer.ffn_norm, delta, count, layer.gate_up, nullptr, first));
    INFERLAB_TRY_VOID(multiply(layer.gate_up, count, work_.gate_up.data(), 2 * ffn));
    INFERLAB_TRY_VOID(queue_adapters(index, {LoraTarget::kGate, LoraTarget::kUp}, count,
                                     work_.gate_up.data(), first));
    for (const Form form : forms_of(layer.down, count)) {
      INFERLAB_TRY_VOID(
          swiglu(work_.gate_up.data(), count, ffn, form, work_.rows(form, ffn), stream_.get()));
    }
    INFERLAB_TRY_VOID(multiply(layer.down, count, delta, config_.hidden_size));
    INFERLAB_TRY_VOID(queue_adapters(index, {LoraTarget::kDown}, count, delta, first));
  }
  return {};
}

Result<void> CudaBackend::norm(const float* weight, const float* delta, std::int64_t rows,
                               const LinearParts& parts, const std::int32_t* picked,
                               std::int64_t first_row) {
  float* hidden = work_.hidden.data() + first_row * config_.hidden_size;
  for (const Form form : forms_of(parts, rows)) {
    INFERLAB_TRY_VOID(rms_norm({.hidden = hidden,
                                .delta = delta,
                                .weight = weight,
                                .eps = config_.rms_norm_eps,
                                .num_rows = rows,
                                .width = config_.hidden_size,
                                .rows = picked,
                                .form = form,
                                .out = work_.rows(form, config_.hidden_size)},
                               stream_.get()));
    if (picked == nullptr) delta = nullptr;  // it has been added
  }
  return {};
}

Result<void> CudaBackend::multiply(const LinearParts& parts, std::int64_t rows, float* y,
                                   std::int64_t y_stride) {
  for (const LinearPart& part : parts) {
    const DeviceMatrix& w = part.matrix;
    const Form form = form_of(w, rows);
    const ActivationRows x = work_.rows(form, w.columns);
    float* to = y + part.first_output;
    if (!uses_library(w, rows)) {
      INFERLAB_TRY_VOID(
          linear({.w = w, .x = x, .num_rows = rows, .y = to, .y_stride = y_stride}, stream_.get()));
      continue;
    }
    GemmArgs args = {.is_bf16 = w.type != TensorType::kF16,
                     .w = w.data,
                     .w_rows = w.rows,
                     .columns = w.columns,
                     .w_stride = w.stride,
                     .x = x.values,
                     .num_rows = rows,
                     .x_stride = x.stride,
                     .y = to,
                     .y_stride = y_stride};
    if (is_packed(w.type)) {
      INFERLAB_TRY_VOID(dequantize(w, work_.dequantized.data(), stream_.get()));
      args.w = work_.dequantized.data();
      args.w_stride = w.columns;
    }
    INFERLAB_TRY_VOID(library_->multiply(args, stream_.get()));
  }
  return {};
}

}  // namespace inferlab::cuda
