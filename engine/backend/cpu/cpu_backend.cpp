#include "engine/backend/cpu/cpu_backend.h"

#include <algorithm>
#include <cmath>
#include <utility>

#include "engine/backend/check_batch.h"
#include "engine/backend/cpu/cpu_encoder.h"
#include "engine/backend/cpu/float_rows.h"
#include "engine/backend/processor.h"
#include "engine/base/check.h"
#include "engine/formats/mapped_file.h"

namespace inferlab::cpu {
namespace {

/// Rows of a prompt that are attended together: enough to read keys and values seldom, few enough
/// that their scores stay in the cache.
constexpr std::int32_t kAttentionTokens = 8;

}  // namespace

CpuBackend::CpuBackend(const Kernels& kernels, int num_threads)
    : kernels_(&kernels),
      pool_(num_threads),
      attention_scratch_(static_cast<std::size_t>(num_threads)) {}

DeviceInfo CpuBackend::info() const {
  return processor_info();
}

Result<void> CpuBackend::load(const ModelWeights& weights, const KvCacheShape& kv) {
  INFERLAB_CHECK(!cache_);
  config_ = weights.config;
  INFERLAB_TRY(cache_, KvCache::create(config_, kv));
  INFERLAB_TRY_VOID(pack(weights));
  INFERLAB_TRY_VOID(adapters_.reserve(config_));
  const std::vector<float> factors = floats(weights.rope_freqs);
  rope_ = Rope(config_, factors);
  return {};
}

void CpuBackend::copy_vectors(const ModelWeights& weights) {
  layers_.resize(weights.layers.size());
  output_norm_ = floats(weights.output_norm);
  for (std::size_t i = 0; i < layers_.size(); ++i) {
    const LayerWeights& from = weights.layers[i];
    Layer& to = layers_[i];
    to.attn_norm = floats(from.attn_norm);
    to.ffn_norm = floats(from.ffn_norm);
    to.q_bias = floats(from.attn_q_bias);
    to.k_bias = floats(from.attn_k_bias);
    to.v_bias = floats(from.attn_v_bias);
    to.q_norm = floats(from.attn_q_norm);
    to.k_norm = floats(from.attn_k_norm);
  }
}

Result<void> CpuBackend::pack(const ModelWeights& weights) {
  // They lie between the matrices: looked at later, each would bring pages back that were let go
  // of.
  copy_vectors(weights);
  // First where everything goes, so that it is one piece of memory.
  struct Place {
    const Matrix* from;
    PackedMatrix* to;
  };
  std::vector<Place> places = {{&weights.token_embd, &token_embd_}};
  if (!weights.tied_embeddings) places.push_back({&weights.output, &output_});
  for (std::size_t i = 0; i < layers_.size(); ++i) {
    const LayerWeights& from = weights.layers[i];
    Layer& to = layers_[i];
    for (const Place& place :
         {Place{&from.attn_q, &to.q}, Place{&from.attn_k, &to.k}, Place{&from.attn_v, &to.v},
          Place{&from.attn_output, &to.output}, Place{&from.ffn_gate, &to.gate},
          Place{&from.ffn_up, &to.up}, Place{&from.ffn_down, &to.down}}) {
      places.push_back(place);
    }
  }
  std::int64_t bytes = 0;
  for (const Place& place : places) bytes += PackedMatrix::bytes_needed(*place.from);
  INFERLAB_TRY(weights_, Memory::reserve(bytes, "weights"));
  std::size_t offset = 0;
  for (const Place& place : places) {
    const auto size = static_cast<std::size_t>(PackedMatrix::bytes_needed(*place.from));
    *place.to = PackedMatrix(*place.from, weights_.bytes().subspan(offset, size));
    offset += size;
    constexpr std::int64_t kPanels = 4;
    const std::int64_t num_panels = place.to->num_panels();
    pool_.run((num_panels - 1) / kPanels + 1, [&](std::int64_t item, int) {
      place.to->pack(*place.from, item * kPanels, std::min((item + 1) * kPanels, num_panels));
    });
    if (weights.mapped) drop_pages(place.from->data);
  }
  if (weights.tied_embeddings) output_ = token_embd_;
  return {};
}

Result<void> CpuBackend::forward(const Batch& batch, std::span<float> logits) {
  INFERLAB_CHECK(cache_.has_value());
  INFERLAB_TRY_VOID(
      check_batch(batch, config_, cache_->shape(), logits.size(), adapters_.filled()));
  run_layers(batch);
  const std::int64_t width = config_.hidden_size;
  const std::int64_t num_sampled = batch.num_sampled();
  resize(normed_, num_sampled, width);
  finish_rows(batch, normed_);
  const Product product = {.w = &output_, .y = logits.data(), .y_stride = config_.vocab_size};
  multiply_all(normed_, num_sampled, width, std::span(&product, 1));
  return {};
}

Result<void> CpuBackend::embed(const Batch& batch, std::span<float> states) {
  INFERLAB_CHECK(cache_.has_value());
  INFERLAB_TRY_VOID(
      check_embed_batch(batch, config_, cache_->shape(), states.size(), adapters_.filled()));
  run_layers(batch);
  finish_rows(batch, states);
  return {};
}

Result<void> CpuBackend::enable_adapters(const AdapterRoom& room) {
  INFERLAB_CHECK(!cache_);
  adapters_ = Adapters(room);
  return {};
}

Result<void> CpuBackend::set_adapter(std::int32_t slot,
                                     std::shared_ptr<const LoraAdapter> adapter) {
  INFERLAB_CHECK(cache_.has_value());
  adapters_.set(slot, *adapter, pool_);
  return {};
}

Result<void> CpuBackend::load_encoder(const EncoderWeights& weights) {
  INFERLAB_CHECK(!cache_ && encoder_ == nullptr);
  INFERLAB_TRY(encoder_, CpuEncoder::load(*kernels_, pool_, weights));
  return {};
}

Result<void> CpuBackend::encode(const EncoderBatch& batch, std::span<float> states) {
  INFERLAB_CHECK(encoder_ != nullptr);
  return encoder_->encode(batch, states);
}

void CpuBackend::run_layers(const Batch& batch) {
  embed_tokens(batch);
  rope_.set_positions(batch.positions);
  adapters_.plan(batch);
  for (std::int32_t layer = 0; layer < config_.num_layers; ++layer) {
    attention_part(batch, layer);
    ffn_part(layer, batch.num_rows());
  }
}

void CpuBackend::finish_rows(const Batch& batch, std::span<float> states) {
  const std::int64_t width = config_.hidden_size;
  for_rows(batch.num_sampled(), [&](std::int64_t i) {
    kernels_->rms_norm(hidden_.data() + batch.sampled_rows[i] * width, output_norm_.data(),
                       config_.rms_norm_eps, width, states.data() + i * width);
  });
}

/// A few rows are done by the caller: waking the others would take longer.
template <typename Body>
void CpuBackend::for_rows(std::int64_t num_rows, const Body& body) {
  constexpr std::int64_t kRows = 8;
  pool_.run((num_rows + kRows - 1) / kRows, [&](std::int64_t item, int) {
    for (std::int64_t row = item * kRows; row < std::min((item + 1) * kRows, num_rows); ++row) {
      body(row);
    }
  });
}

void CpuBackend::embed_tokens(const Batch& batch) {
  const std::int64_t width = config_.hidden_size;
  resize(hidden_, batch.num_rows(), width);
  for_rows(batch.num_rows(), [&](std::int64_t row) {
    token_embd_.unpack_row(batch.token_ids[row],
                           std::span(hidden_).subspan(static_cast<std::size_t>(row * width),
                                                      static_cast<std::size_t>(width)));
  });
}

void CpuBackend::norm(const std::vector<float>& weight, const std::vector<float>& from,
                      std::int64_t num_rows) {
  const std::int64_t width = config_.hidden_size;
  resize(normed_, num_rows, width);
  for_rows(num_rows, [&](std::int64_t row) {
    kernels_->rms_norm(from.data() + row * width, weight.data(), config_.rms_norm_eps, width,
                       normed_.data() + row * width);
  });
}

void CpuBackend::multiply_all(const std::vector<float>& from, std::int64_t num_rows,
                              std::int64_t columns, std::span<const Product> products) {
  Activations::Forms forms;
  for (const Product& product : products) {
    (is_quantized(product.w->type()) ? forms.quants : forms.floats) = true;
  }
  activations_.assign(*kernels_, pool_, forms, from.data(), num_rows, columns);
  multiply(*kernels_, pool_, activations_, products);
}

void CpuBackend::attention_part(const Batch& batch, std::int32_t index) {
  const Layer& layer = layers_[index];
  const std::int64_t num_rows = batch.num_rows();
  const std::int32_t width = config_.hidden_size;
  const std::int32_t q_size = config_.q_size();
  const std::int32_t kv_size = config_.kv_size();
  norm(layer.attn_norm, hidden_, num_rows);
  resize(q_, num_rows, q_size);
  resize(k_, num_rows, kv_size);
  resize(v_, num_rows, kv_size);
  const Product products[] = {{.w = &layer.q, .y = q_.data(), .y_stride = q_size},
                              {.w = &layer.k, .y = k_.data(), .y_stride = kv_size},
                              {.w = &layer.v, .y = v_.data(), .y_stride = kv_size}};
  multiply_all(normed_, num_rows, width, products);
  adapters_.add(*kernels_, pool_, index, normed_.data(),
                {{{.target = LoraTarget::kQ, .y = q_.data()},
                  {.target = LoraTarget::kK, .y = k_.data()},
                  {.target = LoraTarget::kV, .y = v_.data()}}});
  // All keys and values first: a row sees the earlier rows of its own sequence in this batch.
  store_keys_and_values(batch, index);
  attend(batch, index);
  resize(projected_, num_rows, width);
  const Product output = {.w = &layer.output, .y = projected_.data(), .y_stride = width};
  multiply_all(attended_, num_rows, q_size, std::span(&output, 1));
  adapters_.add(*kernels_, pool_, index, attended_.data(),
                {{{.target = LoraTarget::kAttnOutput, .y = projected_.data()}}});
  for_rows(num_rows, [&](std::int64_t row) {
    for (std::int64_t i = row * width; i < (row + 1) * width; ++i) hidden_[i] += projected_[i];
  });
}

void CpuBackend::finish_heads(const Layer& layer, std::int64_t row) {
  const auto add = [](const std::vector<float>& bias, float* to) {
    for (std::size_t i = 0; i < bias.size(); ++i) to[i] += bias[i];
  };
  const auto norm_heads = [this](const std::vector<float>& weight, float* heads,
                                 std::int32_t count) {
    if (weight.empty()) return;
    const std::int32_t width = config_.head_dim;
    for (std::int32_t h = 0; h < count; ++h) {
      kernels_->rms_norm(heads + h * width, weight.data(), config_.rms_norm_eps, width,
                         heads + h * width);
    }
  };
  float* q = q_.data() + row * config_.q_size();
  float* k = k_.data() + row * config_.kv_size();
  add(layer.q_bias, q);
  add(layer.k_bias, k);
  add(layer.v_bias, v_.data() + row * config_.kv_size());
  norm_heads(layer.q_norm, q, config_.num_heads);
  norm_heads(layer.k_norm, k, config_.num_kv_heads);
  rope_.apply_row(row, q, config_.num_heads, config_.head_dim);
  rope_.apply_row(row, k, config_.num_kv_heads, config_.head_dim);
}

void CpuBackend::store_keys_and_values(const Batch& batch, std::int32_t layer) {
  const std::int32_t kv_size = config_.kv_size();
  const std::int32_t block_size = cache_->shape().block_size;
  for (const BatchSequence& sequence : batch.sequences) {
    for_rows(sequence.num_tokens, [&](std::int64_t i) {
      const std::int64_t row = sequence.first_row + i;
      finish_heads(layers_[layer], row);
      const std::int32_t position = batch.positions[row];
      cache_->store(sequence.block_table[position / block_size], layer, position % block_size,
                    k_.data() + row * kv_size, v_.data() + row * kv_size);
    });
  }
}

void CpuBackend::attend(const Batch& batch, std::int32_t layer) {
  resize(attended_, batch.num_rows(), config_.q_size());
  attention_items_.clear();
  for (std::size_t s = 0; s < batch.sequences.size(); ++s) {
    const std::int32_t num_tokens = batch.sequences[s].num_tokens;
    for (std::int32_t i = 0; i < num_tokens; i += kAttentionTokens) {
      attention_items_.push_back({.sequence = s,
                                  .first_token = i,
                                  .num_tokens = std::min(kAttentionTokens, num_tokens - i)});
    }
  }
  const std::int64_t heads = config_.num_kv_heads;
  pool_.run(std::ssize(attention_items_) * heads, [&](std::int64_t item, int thread) {
    attend_item(batch, layer, attention_items_[item / heads],
                static_cast<std::int32_t>(item % heads), thread);
  });
}

void CpuBackend::attend_item(const Batch& batch, std::int32_t layer, const AttentionItem& item,
                             std::int32_t kv_head, int thread) {
  const BatchSequence& sequence = batch.sequences[item.sequence];
  const std::int64_t row = sequence.first_row + item.first_token;
  const std::int32_t first_position = batch.positions[row];
  const std::int32_t num_positions = first_position + item.num_tokens;
  const std::int32_t block_size = cache_->shape().block_size;
  const std::int32_t slots = cache_->tile_slots();
  AttentionScratch& scratch = attention_scratch_[thread];
  scratch.key_tiles.clear();
  scratch.value_tiles.clear();
  for (std::int32_t p = 0; p < num_positions; p += slots) {
    const std::int32_t block = sequence.block_table[p / block_size];
    scratch.key_tiles.push_back(cache_->key_tile(block, layer, kv_head, p % block_size));
    scratch.value_tiles.push_back(cache_->value_tile(block, layer, kv_head, p % block_size));
  }
  const std::int32_t heads_per_kv = config_.num_heads / config_.num_kv_heads;
  const std::int32_t num_queries = item.num_tokens * heads_per_kv;
  // A tile's lanes may reach behind the last position.
  const std::int64_t score_stride = num_positions + 2 * kPanelRows;
  if (std::ssize(scratch.scores) < num_queries * score_stride) {
    scratch.scores.resize(static_cast<std::size_t>(num_queries * score_stride));
  }
  const std::int64_t offset =
      row * config_.q_size() + std::int64_t{kv_head} * heads_per_kv * config_.head_dim;
  const AttentionJob job = {.key_tiles = scratch.key_tiles.data(),
                            .value_tiles = scratch.value_tiles.data(),
                            .tile_slots = slots,
                            .head_dim = config_.head_dim,
                            .num_queries = num_queries,
                            .heads_per_kv = heads_per_kv,
                            .first_position = first_position,
                            .scale = 1.0F / std::sqrt(static_cast<float>(config_.head_dim)),
                            .q = q_.data() + offset,
                            .out = attended_.data() + offset,
                            .row_stride = config_.q_size(),
                            .scores = scratch.scores.data(),
                            .score_stride = score_stride};
  switch (cache_->shape().type) {
    case KvType::kF32:
      return kernels_->attention_f32(job);
    case KvType::kF16:
      return kernels_->attention_f16(job);
    case KvType::kBF16:
      return kernels_->attention_bf16(job);
    case KvType::kFp8:
      return kernels_->attention_fp8(job);
    case KvType::kQ8:
      return kernels_->attention_q8(job);
  }
}

void CpuBackend::ffn_part(std::int32_t index, std::int64_t num_rows) {
  const Layer& layer = layers_[index];
  const std::int64_t width = config_.hidden_size;
  const std::int64_t ffn = config_.ffn_size;
  norm(layer.ffn_norm, hidden_, num_rows);
  resize(gate_, num_rows, ffn);
  resize(up_, num_rows, ffn);
  const Product products[] = {{.w = &layer.gate, .y = gate_.data(), .y_stride = ffn},
                              {.w = &layer.up, .y = up_.data(), .y_stride = ffn}};
  multiply_all(normed_, num_rows, width, products);
  adapters_.add(*kernels_, pool_, index, normed_.data(),
                {{{.target = LoraTarget::kGate, .y = gate_.data()},
                  {.target = LoraTarget::kUp, .y = up_.data()}}});
  for_rows(num_rows, [&](std::int64_t row) {
    kernels_->swiglu(gate_.data() + row * ffn, up_.data() + row * ffn, ffn);
  });
  resize(projected_, num_rows, width);
  const Product down = {.w = &layer.down, .y = projected_.data(), .y_stride = width};
  multiply_all(gate_, num_rows, ffn, std::span(&down, 1));
  adapters_.add(*kernels_, pool_, index, gate_.data(),
                {{{.target = LoraTarget::kDown, .y = projected_.data()}}});
  for_rows(num_rows, [&](std::int64_t row) {
    for (std::int64_t i = row * width; i < (row + 1) * width; ++i) hidden_[i] += projected_[i];
  });
}

Result<void> CpuBackend::copy_kv_blocks(std::span<const KvBlockCopy> copies) {
  INFERLAB_CHECK(cache_.has_value());
  INFERLAB_TRY_VOID(check_copies(copies, cache_->shape()));
  for (const KvBlockCopy& copy : copies) cache_->copy(copy);
  return {};
}

Result<std::unique_ptr<Backend>> make_cpu_backend() {
  return std::unique_ptr<Backend>(
      std::make_unique<CpuBackend>(*supported_kernels()[0], available_processors()));
}

}  // namespace inferlab::cpu
