#include "engine/model/encoder_weights.h"

#include <fmt/format.h>

#include <string>

#include "engine/model/read_matrix.h"

namespace inferlab {
namespace {

Result<LinearWeights> linear(const GgufFile& file, const std::string& name, std::int64_t rows,
                             std::int64_t columns) {
  LinearWeights result;
  INFERLAB_TRY(result.weight, read_matrix(file, name + ".weight", rows, columns));
  INFERLAB_TRY(result.bias, read_vector(file, name + ".bias", rows));
  return result;
}

Result<LayerNormWeights> norm(const GgufFile& file, const std::string& name, std::int64_t width) {
  LayerNormWeights result;
  INFERLAB_TRY(result.weight, read_vector(file, name + ".weight", width));
  INFERLAB_TRY(result.bias, read_vector(file, name + ".bias", width));
  return result;
}

Result<EncoderLayerWeights> layer_weights(const GgufFile& file, const EncoderConfig& config,
                                          int index) {
  const auto name = [index](std::string_view part) {
    return fmt::format("blk.{}.{}", index, part);
  };
  const std::int64_t width = config.hidden_size;
  EncoderLayerWeights layer;
  INFERLAB_TRY(layer.attn_q, linear(file, name("attn_q"), width, width));
  INFERLAB_TRY(layer.attn_k, linear(file, name("attn_k"), width, width));
  INFERLAB_TRY(layer.attn_v, linear(file, name("attn_v"), width, width));
  INFERLAB_TRY(layer.attn_output, linear(file, name("attn_output"), width, width));
  INFERLAB_TRY(layer.attn_output_norm, norm(file, name("attn_output_norm"), width));
  INFERLAB_TRY(layer.ffn_up, linear(file, name("ffn_up"), config.ffn_size, width));
  INFERLAB_TRY(layer.ffn_down, linear(file, name("ffn_down"), width, config.ffn_size));
  INFERLAB_TRY(layer.layer_output_norm, norm(file, name("layer_output_norm"), width));
  return layer;
}

std::vector<const Matrix*> matrices_of(const EncoderWeights& weights) {
  std::vector<const Matrix*> all = {&weights.token_embd, &weights.position_embd,
                                    &weights.token_embd_norm.weight, &weights.token_embd_norm.bias};
  if (!weights.token_types.data.empty()) all.push_back(&weights.token_types);
  for (const EncoderLayerWeights& layer : weights.layers) {
    for (const LinearWeights* part : {&layer.attn_q, &layer.attn_k, &layer.attn_v,
                                      &layer.attn_output, &layer.ffn_up, &layer.ffn_down}) {
      all.push_back(&part->weight);
      all.push_back(&part->bias);
    }
    for (const LayerNormWeights* part : {&layer.attn_output_norm, &layer.layer_output_norm}) {
      all.push_back(&part->weight);
      all.push_back(&part->bias);
    }
  }
  return all;
}

std::vector<const std::byte*> begins_of(const EncoderWeights& weights) {
  std::vector<const std::byte*> begins;
  for (const Matrix* matrix : matrices_of(weights)) begins.push_back(matrix->data.data());
  return begins;
}

}  // namespace

Result<EncoderWeights> EncoderWeights::load(const GgufFile& file) {
  EncoderWeights weights;
  INFERLAB_TRY(weights.config, EncoderConfig::load(file));
  weights.mapped = file.is_mapped();
  const EncoderConfig& config = weights.config;
  const std::int64_t width = config.hidden_size;
  INFERLAB_TRY(weights.token_embd,
               read_matrix(file, "token_embd.weight", config.vocab_size, width));
  INFERLAB_TRY(weights.position_embd,
               read_matrix(file, "position_embd.weight", config.max_model_len, width));
  if (config.num_token_types > 0) {
    INFERLAB_TRY(weights.token_types,
                 read_matrix(file, "token_types.weight", config.num_token_types, width));
  }
  INFERLAB_TRY(weights.token_embd_norm, norm(file, "token_embd_norm", width));
  for (int i = 0; i < config.num_layers; ++i) {
    INFERLAB_TRY(EncoderLayerWeights layer, layer_weights(file, config, i));
    weights.layers.push_back(layer);
  }
  INFERLAB_TRY_VOID(check_all_used(file, begins_of(weights), "bert", "a classifier, experts"));
  return weights;
}

std::int64_t EncoderWeights::num_parameters() const {
  std::int64_t sum = 0;
  for (const Matrix* matrix : matrices_of(*this)) sum += matrix->rows * matrix->columns;
  return sum;
}

std::int64_t EncoderWeights::weights_bytes() const {
  std::int64_t sum = 0;
  for (const Matrix* matrix : matrices_of(*this)) sum += std::int64_t(matrix->data.size());
  return sum;
}

}  // namespace inferlab
