#include "engine/backend/reference/reference_backend.h"

#include <string>
#include <utility>

#include "engine/backend/check_batch.h"
#include "engine/backend/processor.h"
#include "engine/backend/reference/matmul.h"
#include "engine/backend/reference/reference_encoder.h"
#include "engine/backend/reference/rms_norm.h"
#include "engine/backend/reference/swiglu.h"
#include "engine/base/check.h"

namespace inferlab::reference {
namespace {

/// Norms are F32 (checked when the weights were loaded) and GGUF aligns tensors to 4 bytes at
/// least.
const float* floats(const Matrix& matrix) {
  return reinterpret_cast<const float*>(matrix.data.data());
}

void resize(std::vector<float>& buffer, std::int64_t rows, std::int64_t columns) {
  buffer.resize(static_cast<std::size_t>(rows * columns));
}

/// Adds the one row of `term` to each row.
void add_to_rows(std::vector<float>& rows, const Matrix& term) {
  const float* row = floats(term);
  for (std::size_t i = 0; i < rows.size(); ++i) {
    rows[i] += row[i % static_cast<std::size_t>(term.columns)];
  }
}

void add_to(std::vector<float>& sum, const std::vector<float>& term) {
  for (std::size_t i = 0; i < sum.size(); ++i) sum[i] += term[i];
}

}  // namespace

DeviceInfo ReferenceBackend::info() const {
  return processor_info();
}

Result<void> ReferenceBackend::load(const ModelWeights& weights, const KvCacheShape& kv) {
  INFERLAB_CHECK(weights_ == nullptr);
  INFERLAB_TRY(cache_, KvCache::create(weights.config, kv));
  const Matrix& factors = weights.rope_freqs;
  rope_ =
      Rope(weights.config, {factors.data.empty() ? nullptr : floats(factors),
                            static_cast<std::size_t>(factors.data.empty() ? 0 : factors.columns)});
  attention_ = Attention(weights.config);
  weights_ = &weights;
  return {};
}

Result<void> ReferenceBackend::forward(const Batch& batch, std::span<float> logits) {
  INFERLAB_CHECK(weights_ != nullptr);
  const LlamaConfig& config = weights_->config;
  INFERLAB_TRY_VOID(check_batch(batch, config, cache_->shape(), logits.size(), adapters_.filled()));
  run_layers(batch);
  const std::int64_t num_sampled = batch.num_sampled();
  resize(normed_, num_sampled, config.hidden_size);
  finish_rows(batch, normed_);
  matmul(weights_->output, normed_.data(), num_sampled, logits.data(), scratch_);
  return {};
}

Result<void> ReferenceBackend::embed(const Batch& batch, std::span<float> states) {
  INFERLAB_CHECK(weights_ != nullptr);
  INFERLAB_TRY_VOID(check_embed_batch(batch, weights_->config, cache_->shape(), states.size(),
                                      adapters_.filled()));
  run_layers(batch);
  finish_rows(batch, states);
  return {};
}

Result<void> ReferenceBackend::enable_adapters(const AdapterRoom& room) {
  INFERLAB_CHECK(weights_ == nullptr);
  adapters_ = Adapters(room.num_slots);
  return {};
}

Result<void> ReferenceBackend::set_adapter(std::int32_t slot,
                                           std::shared_ptr<const LoraAdapter> adapter) {
  INFERLAB_CHECK(weights_ != nullptr);
  adapters_.set(slot, std::move(adapter));
  return {};
}

Result<void> ReferenceBackend::load_encoder(const EncoderWeights& weights) {
  INFERLAB_CHECK(weights_ == nullptr && encoder_ == nullptr);
  encoder_ = std::make_unique<ReferenceEncoder>(weights);
  return {};
}

Result<void> ReferenceBackend::encode(const EncoderBatch& batch, std::span<float> states) {
  INFERLAB_CHECK(encoder_ != nullptr);
  return encoder_->encode(batch, states);
}

void ReferenceBackend::run_layers(const Batch& batch) {
  const LlamaConfig& config = weights_->config;
  const std::int64_t num_rows = batch.num_rows();
  const std::int64_t width = config.hidden_size;
  resize(hidden_, num_rows, width);
  for (std::int64_t r = 0; r < num_rows; ++r) {
    decode_row(weights_->token_embd, batch.token_ids[r],
               std::span(hidden_).subspan(r * width, width));
  }
  rope_.set_positions(batch.positions);
  for (std::int32_t layer = 0; layer < config.num_layers; ++layer) {
    attention_part(batch, layer);
    ffn_part(batch, layer);
  }
}

void ReferenceBackend::finish_rows(const Batch& batch, std::span<float> states) const {
  const LlamaConfig& config = weights_->config;
  const std::int64_t width = config.hidden_size;
  for (std::int64_t i = 0; i < batch.num_sampled(); ++i) {
    rms_norm(hidden_.data() + batch.sampled_rows[i] * width, floats(weights_->output_norm),
             config.rms_norm_eps, 1, width, states.data() + i * width);
  }
}

void ReferenceBackend::attention_part(const Batch& batch, std::int32_t layer) {
  const LlamaConfig& config = weights_->config;
  const LayerWeights& weights = weights_->layers[layer];
  const std::int64_t num_rows = batch.num_rows();
  const std::int32_t q_size = config.q_size();
  const std::int32_t kv_size = config.kv_size();

  resize(normed_, num_rows, config.hidden_size);
  rms_norm(hidden_.data(), floats(weights.attn_norm), config.rms_norm_eps, num_rows,
           config.hidden_size, normed_.data());
  resize(q_, num_rows, q_size);
  resize(k_, num_rows, kv_size);
  resize(v_, num_rows, kv_size);
  matmul(weights.attn_q, normed_.data(), num_rows, q_.data(), scratch_);
  matmul(weights.attn_k, normed_.data(), num_rows, k_.data(), scratch_);
  matmul(weights.attn_v, normed_.data(), num_rows, v_.data(), scratch_);
  adapters_.add(batch, layer, LoraTarget::kQ, normed_, q_);
  adapters_.add(batch, layer, LoraTarget::kK, normed_, k_);
  adapters_.add(batch, layer, LoraTarget::kV, normed_, v_);
  if (config.has_qkv_bias) {
    add_to_rows(q_, weights.attn_q_bias);
    add_to_rows(k_, weights.attn_k_bias);
    add_to_rows(v_, weights.attn_v_bias);
  }
  if (config.has_qk_norm) {
    rms_norm(q_.data(), floats(weights.attn_q_norm), config.rms_norm_eps,
             num_rows * config.num_heads, config.head_dim, q_.data());
    rms_norm(k_.data(), floats(weights.attn_k_norm), config.rms_norm_eps,
             num_rows * config.num_kv_heads, config.head_dim, k_.data());
  }
  rope_.apply(q_.data(), config.num_heads, config.head_dim);
  rope_.apply(k_.data(), config.num_kv_heads, config.head_dim);

  // All keys and values first: a row sees the earlier rows of its own sequence in this batch.
  const std::int32_t block_size = cache_->shape().block_size;
  for (const BatchSequence& sequence : batch.sequences) {
    for (std::int32_t i = 0; i < sequence.num_tokens; ++i) {
      const std::int64_t row = sequence.first_row + i;
      const std::int32_t position = batch.positions[row];
      const std::int32_t block = sequence.block_table[position / block_size];
      const std::int32_t slot = position % block_size;
      cache_->store(block, layer, KvCache::Part::kKeys, slot, k_.data() + row * kv_size);
      cache_->store(block, layer, KvCache::Part::kValues, slot, v_.data() + row * kv_size);
    }
  }
  resize(attended_, num_rows, q_size);
  for (const BatchSequence& sequence : batch.sequences) {
    for (std::int32_t i = 0; i < sequence.num_tokens; ++i) {
      const std::int64_t row = sequence.first_row + i;
      attention_.run(*cache_, sequence.block_table, layer, batch.positions[row],
                     q_.data() + row * q_size, attended_.data() + row * q_size);
    }
  }
  resize(projected_, num_rows, config.hidden_size);
  matmul(weights.attn_output, attended_.data(), num_rows, projected_.data(), scratch_);
  adapters_.add(batch, layer, LoraTarget::kAttnOutput, attended_, projected_);
  add_to(hidden_, projected_);
}

void ReferenceBackend::ffn_part(const Batch& batch, std::int32_t index) {
  const LlamaConfig& config = weights_->config;
  const LayerWeights& layer = weights_->layers[index];
  const std::int64_t num_rows = batch.num_rows();
  rms_norm(hidden_.data(), floats(layer.ffn_norm), config.rms_norm_eps, num_rows,
           config.hidden_size, normed_.data());
  resize(gate_, num_rows, config.ffn_size);
  resize(up_, num_rows, config.ffn_size);
  matmul(layer.ffn_gate, normed_.data(), num_rows, gate_.data(), scratch_);
  matmul(layer.ffn_up, normed_.data(), num_rows, up_.data(), scratch_);
  adapters_.add(batch, index, LoraTarget::kGate, normed_, gate_);
  adapters_.add(batch, index, LoraTarget::kUp, normed_, up_);
  swiglu(gate_.data(), up_.data(), std::ssize(gate_));
  matmul(layer.ffn_down, gate_.data(), num_rows, projected_.data(), scratch_);
  adapters_.add(batch, index, LoraTarget::kDown, gate_, projected_);
  add_to(hidden_, projected_);
}

Result<void> ReferenceBackend::copy_kv_blocks(std::span<const KvBlockCopy> copies) {
  INFERLAB_CHECK(weights_ != nullptr);
  INFERLAB_TRY_VOID(check_copies(copies, cache_->shape()));
  for (const KvBlockCopy& copy : copies) cache_->copy(copy);
  return {};
}

Result<std::unique_ptr<Backend>> make_reference_backend() {
  return std::unique_ptr<Backend>(std::make_unique<ReferenceBackend>());
}

}  // namespace inferlab::reference
