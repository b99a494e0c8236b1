#include "engine/backend/cpu/cpu_encoder.h"

#include <algorithm>
#include <cmath>

#include "engine/backend/cpu/float_rows.h"
#include "engine/formats/mapped_file.h"

namespace inferlab::cpu {
namespace {

/// Rows that are attended together: few enough that their scores stay in the cache.
constexpr std::int64_t kAttentionRows = 8;

}  // namespace

struct CpuEncoder::Place {
  const Matrix* from;
  PackedMatrix* to;
};

CpuEncoder::CpuEncoder(const Kernels& kernels, ThreadPool& pool, const EncoderConfig& config)
    : kernels_(&kernels),
      pool_(&pool),
      config_(config),
      scratch_(static_cast<std::size_t>(pool.num_threads())) {}

Result<std::unique_ptr<Encoder>> CpuEncoder::load(const Kernels& kernels, ThreadPool& pool,
                                                  const EncoderWeights& weights) {
  auto encoder = std::make_unique<CpuEncoder>(kernels, pool, weights.config);
  INFERLAB_TRY_VOID(encoder->pack(weights));
  return std::unique_ptr<Encoder>(std::move(encoder));
}

Result<void> CpuEncoder::pack(const EncoderWeights& weights) {
  const auto norm = [](const LayerNormWeights& from) {
    return Norm{.weight = floats(from.weight), .bias = floats(from.bias)};
  };
  std::vector<Place> places = {{&weights.token_embd, &token_embd_},
                               {&weights.position_embd, &position_embd_}};
  const auto linear = [&places](const LinearWeights& from, Linear& to) {
    places.push_back({&from.weight, &to.weight});
    to.bias = floats(from.bias);
  };
  embd_norm_ = norm(weights.token_embd_norm);
  layers_.resize(weights.layers.size());
  for (std::size_t i = 0; i < layers_.size(); ++i) {
    const EncoderLayerWeights& from = weights.layers[i];
    Layer& to = layers_[i];
    linear(from.attn_q, to.q);
    linear(from.attn_k, to.k);
    linear(from.attn_v, to.v);
    linear(from.attn_output, to.output);
    linear(from.ffn_up, to.up);
    linear(from.ffn_down, to.down);
    to.attn_norm = norm(from.attn_output_norm);
    to.ffn_norm = norm(from.layer_output_norm);
  }
  token_type_.assign(static_cast<std::size_t>(config_.hidden_size), 0.0F);
  PackedMatrix types;
  if (!weights.token_types.data.empty()) places.push_back({&weights.token_types, &types});

  std::int64_t bytes = 0;
  for (const Place& place : places) bytes += PackedMatrix::bytes_needed(*place.from);
  INFERLAB_TRY(memory_, Memory::reserve(bytes, "weights"));
  pack_matrices(places, weights.mapped);
  if (!weights.token_types.data.empty()) types.unpack_row(0, token_type_);
  return {};
}

void CpuEncoder::pack_matrices(std::span<const Place> places, bool mapped) {
  constexpr std::int64_t kPanels = 4;
  std::size_t offset = 0;
  for (const Place& place : places) {
    const auto size = static_cast<std::size_t>(PackedMatrix::bytes_needed(*place.from));
    *place.to = PackedMatrix(*place.from, memory_.bytes().subspan(offset, size));
    offset += size;
    const std::int64_t num_panels = place.to->num_panels();
    pool_->run((num_panels - 1) / kPanels + 1, [&](std::int64_t item, int) {
      place.to->pack(*place.from, item * kPanels, std::min((item + 1) * kPanels, num_panels));
    });
    if (mapped) drop_pages(place.from->data);
  }
}

Result<void> CpuEncoder::encode(const EncoderBatch& batch, std::span<float> states) {
  INFERLAB_TRY_VOID(check_encoder_batch(batch, config_, states.size()));
  embed(batch);
  for (const Layer& layer : layers_) {
    attention_part(batch, layer);
    ffn_part(layer, batch.num_rows());
  }
  std::ranges::copy(hidden_, states.begin());
  return {};
}

template <typename Body>
void CpuEncoder::for_rows(std::int64_t num_rows, const Body& body) {
  constexpr std::int64_t kRows = 8;
  pool_->run((num_rows + kRows - 1) / kRows, [&](std::int64_t item, int) {
    for (std::int64_t row = item * kRows; row < std::min((item + 1) * kRows, num_rows); ++row) {
      body(row);
    }
  });
}

void CpuEncoder::embed(const EncoderBatch& batch) {
  const std::int64_t width = config_.hidden_size;
  std::vector<std::int32_t> positions;
  for (const std::int32_t length : batch.lengths) {
    for (std::int32_t p = 0; p < length; ++p) positions.push_back(p);
  }
  resize(hidden_, batch.num_rows(), width);
  resize(projected_, batch.num_rows(), width);
  for_rows(batch.num_rows(), [&](std::int64_t row) {
    const auto part = [&](std::vector<float>& of) {
      return std::span(of).subspan(static_cast<std::size_t>(row * width),
                                   static_cast<std::size_t>(width));
    };
    const std::span<float> sum = part(hidden_);
    const std::span<float> position = part(projected_);
    token_embd_.unpack_row(batch.token_ids[row], sum);
    position_embd_.unpack_row(positions[row], position);
    for (std::int64_t i = 0; i < width; ++i) sum[i] = sum[i] + token_type_[i] + position[i];
    kernels_->layer_norm(sum.data(), embd_norm_.weight.data(), embd_norm_.bias.data(),
                         config_.layer_norm_eps, width, sum.data());
  });
}

void CpuEncoder::multiply_all(const std::vector<float>& from, std::int64_t num_rows,
                              std::int64_t columns, std::span<const Product> products) {
  Activations::Forms forms;
  for (const Product& product : products) {
    (is_quantized(product.w->type()) ? forms.quants : forms.floats) = true;
  }
  activations_.assign(*kernels_, *pool_, forms, from.data(), num_rows, columns);
  multiply(*kernels_, *pool_, activations_, products);
}

void CpuEncoder::attention_part(const EncoderBatch& batch, const Layer& layer) {
  const std::int64_t num_rows = batch.num_rows();
  const std::int64_t width = config_.hidden_size;
  for (std::vector<float>* buffer : {&q_, &k_, &v_, &attended_, &projected_}) {
    resize(*buffer, num_rows, width);
  }
  const Product products[] = {{.w = &layer.q.weight, .y = q_.data(), .y_stride = width},
                              {.w = &layer.k.weight, .y = k_.data(), .y_stride = width},
                              {.w = &layer.v.weight, .y = v_.data(), .y_stride = width}};
  multiply_all(hidden_, num_rows, width, products);

  std::vector<std::int64_t> first_rows;
  std::int64_t next = 0;
  for (const std::int32_t length : batch.lengths) {
    first_rows.push_back(next);
    next += length;
  }
  const std::int64_t heads = config_.num_heads;
  pool_->run(std::ssize(first_rows) * heads, [&](std::int64_t item, int thread) {
    const std::int64_t sequence = item / heads;
    attend_head(layer, first_rows[sequence], batch.lengths[sequence],
                static_cast<std::int32_t>(item % heads), scratch_[thread]);
  });
  const Product output = {.w = &layer.output.weight, .y = projected_.data(), .y_stride = width};
  multiply_all(attended_, num_rows, width, std::span(&output, 1));
  add_and_norm(layer.output.bias, layer.attn_norm, num_rows);
}

void CpuEncoder::gather_head(const Layer& layer, std::int64_t first_row, std::int64_t length,
                             std::int32_t head, HeadScratch& scratch) const {
  const std::int64_t width = config_.hidden_size;
  const std::int64_t head_dim = config_.head_dim();
  const std::int64_t num_tiles = (length - 1) / kPanelRows + 1;
  const std::int64_t tile = kPanelRows * head_dim;
  // What a shorter sequence finds behind its end was written by a longer one: no lane of it counts.
  for (std::vector<float>* buffer : {&scratch.keys, &scratch.values}) {
    if (std::ssize(*buffer) < num_tiles * tile) resize(*buffer, num_tiles, tile);
  }
  resize(scratch.q, length, head_dim);
  resize(scratch.out, length, head_dim);
  const std::int64_t first = head * head_dim;
  for (std::int64_t p = 0; p < length; ++p) {
    const std::int64_t at = (first_row + p) * width + first;
    float* keys = scratch.keys.data() + p / kPanelRows * tile + p % kPanelRows;
    float* values = scratch.values.data() + p * head_dim;
    float* q = scratch.q.data() + p * head_dim;
    for (std::int64_t d = 0; d < head_dim; ++d) {
      keys[d * kPanelRows] = k_[at + d] + layer.k.bias[first + d];
      values[d] = v_[at + d] + layer.v.bias[first + d];
      q[d] = q_[at + d] + layer.q.bias[first + d];
    }
  }
  scratch.key_tiles.clear();
  scratch.value_tiles.clear();
  for (std::int64_t t = 0; t < num_tiles; ++t) {
    scratch.key_tiles.push_back(reinterpret_cast<const std::byte*>(scratch.keys.data() + t * tile));
    scratch.value_tiles.push_back(
        reinterpret_cast<const std::byte*>(scratch.values.data() + t * tile));
  }
}

void CpuEncoder::attend_head(const Layer& layer, std::int64_t first_row, std::int64_t length,
                             std::int32_t head, HeadScratch& scratch) {
  gather_head(layer, first_row, length, head, scratch);
  const std::int32_t head_dim = config_.head_dim();
  // A tile's lanes may reach behind the last position.
  const std::int64_t score_stride = length + 2 * kPanelRows;
  resize(scratch.scores, kAttentionRows, score_stride);
  for (std::int64_t row = 0; row < length; row += kAttentionRows) {
    const auto count = static_cast<std::int32_t>(std::min(kAttentionRows, length - row));
    // To the kernel these rows are the heads of one token at the last position, which sees all.
    kernels_->attention_f32({.key_tiles = scratch.key_tiles.data(),
                             .value_tiles = scratch.value_tiles.data(),
                             .tile_slots = kPanelRows,
                             .head_dim = head_dim,
                             .num_queries = count,
                             .heads_per_kv = count,
                             .first_position = static_cast<std::int32_t>(length - 1),
                             .scale = 1.0F / std::sqrt(static_cast<float>(head_dim)),
                             .q = scratch.q.data() + row * head_dim,
                             .out = scratch.out.data() + row * head_dim,
                             .row_stride = 0,
                             .scores = scratch.scores.data(),
                             .score_stride = score_stride});
  }
  const std::int64_t width = config_.hidden_size;
  for (std::int64_t p = 0; p < length; ++p) {
    std::copy_n(scratch.out.data() + p * head_dim, head_dim,
                attended_.data() + (first_row + p) * width + std::int64_t{head} * head_dim);
  }
}

void CpuEncoder::ffn_part(const Layer& layer, std::int64_t num_rows) {
  const std::int64_t ffn = config_.ffn_size;
  const std::int64_t width = config_.hidden_size;
  resize(ffn_, num_rows, ffn);
  const Product up = {.w = &layer.up.weight, .y = ffn_.data(), .y_stride = ffn};
  multiply_all(hidden_, num_rows, width, std::span(&up, 1));
  for_rows(num_rows, [&](std::int64_t row) {
    kernels_->gelu(ffn_.data() + row * ffn, layer.up.bias.data(), ffn);
  });
  const Product down = {.w = &layer.down.weight, .y = projected_.data(), .y_stride = width};
  multiply_all(ffn_, num_rows, ffn, std::span(&down, 1));
  add_and_norm(layer.down.bias, layer.ffn_norm, num_rows);
}

void CpuEncoder::add_and_norm(const std::vector<float>& bias, const Norm& norm,
                              std::int64_t num_rows) {
  const std::int64_t width = config_.hidden_size;
  for_rows(num_rows, [&](std::int64_t row) {
    float* hidden = hidden_.data() + row * width;
    const float* term = projected_.data() + row * width;
    for (std::int64_t i = 0; i < width; ++i) hidden[i] += term[i] + bias[i];
    kernels_->layer_norm(hidden, norm.weight.data(), norm.bias.data(), config_.layer_norm_eps,
                         width, hidden);
  });
}

}  // namespace inferlab::cpu
