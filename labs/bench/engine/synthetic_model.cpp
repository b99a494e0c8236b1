#include "labs/bench/engine/synthetic_model.h"

#include <algorithm>
#include <cstring>

#include "engine/base/check.h"
#include "engine/base/rng.h"
#include "engine/formats/quantize.h"

namespace inferlab::labs {
namespace {

constexpr std::int64_t kRandomElements = 1 << 20;  // then they repeat

std::int64_t bytes_for(TensorType type, std::int64_t elements) {
  const TensorBlock block = tensor_block(type);
  INFERLAB_CHECK(elements % block.elements == 0);
  return elements / block.elements * block.bytes;
}

LlamaConfig config_of(const RandomModelShape& shape) {
  LlamaConfig config{};
  config.name = "synthetic";
  config.architecture = "llama";
  config.vocab_size = shape.vocab_size;
  config.max_model_len = shape.max_model_len;
  config.context_length = shape.max_model_len;
  config.hidden_size = shape.hidden_size;
  config.ffn_size = shape.ffn_size;
  config.num_layers = shape.num_layers;
  config.num_heads = shape.num_heads;
  config.num_kv_heads = shape.num_kv_heads;
  config.head_dim = shape.head_dim > 0 ? shape.head_dim : shape.hidden_size / shape.num_heads;
  config.rope_dim = config.head_dim;
  config.rope_freq_base = 500000.0F;
  config.rms_norm_eps = 1e-5F;
  return config;
}

std::vector<std::byte> random_values(TensorType type, std::int64_t bytes) {
  Rng rng(1, "synthetic_model", "values");
  std::vector<float> floats(kRandomElements);
  for (float& value : floats) value = static_cast<float>(rng.unit() - 0.5) * 0.05F;
  std::vector<std::byte> out;
  encode_elements(type, floats, out);
  const std::size_t period = out.size();
  out.resize(static_cast<std::size_t>(bytes));
  for (std::size_t at = period; at < out.size(); at += period) {
    std::memcpy(out.data() + at, out.data(), std::min(period, out.size() - at));
  }
  return out;
}

std::int64_t matrix_elements(const ModelWeights& weights) {
  std::int64_t sum = 0;
  for (const LayerWeights& layer : weights.layers) {
    for (const Matrix* m : {&layer.attn_q, &layer.attn_k, &layer.attn_v, &layer.attn_output,
                            &layer.ffn_gate, &layer.ffn_up, &layer.ffn_down}) {
      sum += m->rows * m->columns;
    }
  }
  return sum;
}

}  // namespace

SyntheticModel synthetic_model(const RandomModelShape& shape) {
  SyntheticModel model;
  ModelWeights& weights = model.weights;
  weights.config = config_of(shape);
  const LlamaConfig& config = weights.config;
  const std::int64_t hidden = config.hidden_size;
  const std::int64_t largest =
      std::max({std::int64_t{config.vocab_size}, std::int64_t{config.ffn_size},
                std::int64_t{config.q_size()}}) *
      hidden;
  model.values = random_values(shape.type, bytes_for(shape.type, largest));
  std::vector<float> ones(static_cast<std::size_t>(hidden), 1.0F);
  encode_elements(TensorType::kF32, ones, model.vectors);
  const auto matrix = [&](std::int64_t rows, std::int64_t columns) {
    const auto bytes = static_cast<std::size_t>(bytes_for(shape.type, rows * columns));
    return Matrix{.type = shape.type,
                  .rows = rows,
                  .columns = columns,
                  .data = std::span(model.values).first(bytes)};
  };
  const Matrix norm = {
      .type = TensorType::kF32, .rows = 1, .columns = hidden, .data = model.vectors};
  weights.token_embd = matrix(config.vocab_size, hidden);
  weights.output = weights.token_embd;
  weights.output_norm = norm;
  weights.tied_embeddings = shape.tied_embeddings;
  LayerWeights layer;
  layer.attn_norm = norm;
  layer.ffn_norm = norm;
  layer.attn_q = matrix(config.q_size(), hidden);
  layer.attn_k = matrix(config.kv_size(), hidden);
  layer.attn_v = matrix(config.kv_size(), hidden);
  layer.attn_output = matrix(hidden, config.q_size());
  layer.ffn_gate = matrix(config.ffn_size, hidden);
  layer.ffn_up = matrix(config.ffn_size, hidden);
  layer.ffn_down = matrix(hidden, config.ffn_size);
  weights.layers.assign(static_cast<std::size_t>(config.num_layers), layer);
  return model;
}

std::int64_t bytes_of_a_token(const ModelWeights& weights) {
  const Matrix& output = weights.output;
  return bytes_for(output.type, matrix_elements(weights) + output.rows * output.columns);
}

double operations_of_prompt(const ModelWeights& weights, std::int64_t num_tokens) {
  const auto tokens = static_cast<double>(num_tokens);
  const LlamaConfig& config = weights.config;
  const double matrices = 2.0 * static_cast<double>(matrix_elements(weights)) * tokens;
  const double output = 2.0 * static_cast<double>(weights.output.rows * weights.output.columns);
  // Of each query with half the keys, twice: scores and values.
  const double attention =
      2.0 * tokens * tokens * static_cast<double>(config.q_size()) * config.num_layers;
  return matrices + output + attention;
}

}  // namespace inferlab::labs
