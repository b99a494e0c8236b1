#include "engine/backend/reference/reference_encoder.h"

#include <algorithm>
#include <cmath>

#include "engine/backend/reference/dot.h"
#include "engine/backend/reference/matmul.h"
#include "engine/model/stable_math.h"

namespace inferlab::reference {
namespace {

/// F32 (checked when the weights were loaded), and GGUF aligns tensors to 4 bytes at least.
const float* floats(const Matrix& matrix) {
  return reinterpret_cast<const float*>(matrix.data.data());
}

void resize(std::vector<float>& buffer, std::int64_t rows, std::int64_t columns) {
  buffer.resize(static_cast<std::size_t>(rows * columns));
}

/// In place. Source: Ba et al., "Layer Normalization", 2016.
void layer_norm(std::span<float> row, const LayerNormWeights& norm, float eps) {
  float sum = 0.0F;
  for (const float value : row) sum += value;
  const float mean = sum / static_cast<float>(row.size());
  for (float& value : row) value -= mean;
  const float variance =
      dot(row.data(), row.data(), std::ssize(row)) / static_cast<float>(row.size());
  const float scale = 1.0F / std::sqrt(variance + eps);
  const float* weight = floats(norm.weight);
  const float* bias = floats(norm.bias);
  for (std::size_t i = 0; i < row.size(); ++i) row[i] = row[i] * scale * weight[i] + bias[i];
}

/// Source: Hendrycks and Gimpel, "Gaussian Error Linear Units", 2016.
float gelu(float x) {
  const auto value = static_cast<double>(x);
  return static_cast<float>(0.5 * value * (1.0 + stable_erf(value * 0x1.6a09e667f3bcdp-1)));
}

void softmax(std::span<float> scores) {
  const float top = *std::ranges::max_element(scores);
  float sum = 0.0F;
  for (float& score : scores) {
    score = stable_exp(score - top);
    sum += score;
  }
  for (float& score : scores) score /= sum;
}

}  // namespace

Result<void> ReferenceEncoder::encode(const EncoderBatch& batch, std::span<float> states) {
  INFERLAB_TRY_VOID(check_encoder_batch(batch, weights_->config, states.size()));
  embed(batch);
  for (const EncoderLayerWeights& layer : weights_->layers) {
    attention_part(batch, layer);
    ffn_part(layer, batch.num_rows());
  }
  std::ranges::copy(hidden_, states.begin());
  return {};
}

void ReferenceEncoder::embed(const EncoderBatch& batch) {
  const std::int64_t width = weights_->config.hidden_size;
  resize(hidden_, batch.num_rows(), width);
  std::vector<float> term(static_cast<std::size_t>(width));
  std::int64_t row = 0;
  for (const std::int32_t length : batch.lengths) {
    for (std::int32_t position = 0; position < length; ++position, ++row) {
      const std::span<float> sum = std::span(hidden_).subspan(row * width, width);
      decode_row(weights_->token_embd, batch.token_ids[row], sum);
      if (!weights_->token_types.data.empty()) {
        decode_row(weights_->token_types, 0, term);  // all are of the first sentence
        for (std::int64_t i = 0; i < width; ++i) sum[i] += term[i];
      }
      decode_row(weights_->position_embd, position, term);
      for (std::int64_t i = 0; i < width; ++i) sum[i] += term[i];
      layer_norm(sum, weights_->token_embd_norm, weights_->config.layer_norm_eps);
    }
  }
}

void ReferenceEncoder::linear(const LinearWeights& layer, const std::vector<float>& x,
                              std::int64_t num_rows, std::vector<float>& y) {
  const std::int64_t width = layer.weight.rows;
  resize(y, num_rows, width);
  matmul(layer.weight, x.data(), num_rows, y.data(), scratch_);
  const float* bias = floats(layer.bias);
  for (std::int64_t i = 0; i < num_rows * width; ++i) y[i] += bias[i % width];
}

void ReferenceEncoder::attention_part(const EncoderBatch& batch, const EncoderLayerWeights& layer) {
  const std::int64_t num_rows = batch.num_rows();
  linear(layer.attn_q, hidden_, num_rows, q_);
  linear(layer.attn_k, hidden_, num_rows, k_);
  linear(layer.attn_v, hidden_, num_rows, v_);
  attended_.assign(hidden_.size(), 0.0F);
  std::int64_t first_row = 0;
  for (const std::int32_t length : batch.lengths) {
    attend(first_row, length);
    first_row += length;
  }
  linear(layer.attn_output, attended_, num_rows, projected_);
  add_and_norm(projected_, layer.attn_output_norm);
}

void ReferenceEncoder::attend(std::int64_t first_row, std::int64_t length) {
  const std::int64_t width = weights_->config.hidden_size;
  const std::int64_t head_dim = weights_->config.head_dim();
  const float scale = 1.0F / std::sqrt(static_cast<float>(head_dim));
  std::vector<float> scores(static_cast<std::size_t>(length));
  for (std::int64_t row = first_row; row < first_row + length; ++row) {
    for (std::int64_t head = 0; head < width; head += head_dim) {
      const float* q = q_.data() + row * width + head;
      for (std::int64_t p = 0; p < length; ++p) {
        scores[p] = dot(q, k_.data() + (first_row + p) * width + head, head_dim) * scale;
      }
      softmax(scores);
      float* out = attended_.data() + row * width + head;
      for (std::int64_t p = 0; p < length; ++p) {
        const float* value = v_.data() + (first_row + p) * width + head;
        for (std::int64_t i = 0; i < head_dim; ++i) out[i] += scores[p] * value[i];
      }
    }
  }
}

void ReferenceEncoder::ffn_part(const EncoderLayerWeights& layer, std::int64_t num_rows) {
  linear(layer.ffn_up, hidden_, num_rows, ffn_);
  for (float& value : ffn_) value = gelu(value);
  linear(layer.ffn_down, ffn_, num_rows, projected_);
  add_and_norm(projected_, layer.layer_output_norm);
}

void ReferenceEncoder::add_and_norm(const std::vector<float>& term, const LayerNormWeights& norm) {
  const std::int64_t width = weights_->config.hidden_size;
  for (std::size_t i = 0; i < hidden_.size(); ++i) hidden_[i] += term[i];
  for (std::int64_t at = 0; at < std::ssize(hidden_); at += width) {
    layer_norm(std::span(hidden_).subspan(at, width), norm, weights_->config.layer_norm_eps);
  }
}

}  // namespace inferlab::reference
