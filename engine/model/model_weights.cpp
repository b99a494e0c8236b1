#include "engine/model/model_weights.h"

#include <fmt/format.h>

#include <algorithm>
#include <cstring>
#include <string>
#include <utility>

#include "engine/huggingface/folder.h"
#include "engine/model/read_matrix.h"

namespace inferlab {
namespace {

Result<LayerWeights> layer_weights(const GgufFile& file, const LlamaConfig& config, int index) {
  const auto name = [index](std::string_view part) {
    return fmt::format("blk.{}.{}.weight", index, part);
  };
  LayerWeights layer;
  INFERLAB_TRY(layer.attn_norm, read_vector(file, name("attn_norm"), config.hidden_size));
  INFERLAB_TRY(layer.attn_q,
               read_matrix(file, name("attn_q"), config.q_size(), config.hidden_size));
  INFERLAB_TRY(layer.attn_k,
               read_matrix(file, name("attn_k"), config.kv_size(), config.hidden_size));
  INFERLAB_TRY(layer.attn_v,
               read_matrix(file, name("attn_v"), config.kv_size(), config.hidden_size));
  INFERLAB_TRY(layer.attn_output,
               read_matrix(file, name("attn_output"), config.hidden_size, config.q_size()));
  if (config.has_qkv_bias) {
    const auto bias = [index](std::string_view part) {
      return fmt::format("blk.{}.{}.bias", index, part);
    };
    INFERLAB_TRY(layer.attn_q_bias, read_vector(file, bias("attn_q"), config.q_size()));
    INFERLAB_TRY(layer.attn_k_bias, read_vector(file, bias("attn_k"), config.kv_size()));
    INFERLAB_TRY(layer.attn_v_bias, read_vector(file, bias("attn_v"), config.kv_size()));
  }
  if (config.has_qk_norm) {
    INFERLAB_TRY(layer.attn_q_norm, read_vector(file, name("attn_q_norm"), config.head_dim));
    INFERLAB_TRY(layer.attn_k_norm, read_vector(file, name("attn_k_norm"), config.head_dim));
  }
  INFERLAB_TRY(layer.ffn_norm, read_vector(file, name("ffn_norm"), config.hidden_size));
  INFERLAB_TRY(layer.ffn_gate,
               read_matrix(file, name("ffn_gate"), config.ffn_size, config.hidden_size));
  INFERLAB_TRY(layer.ffn_up,
               read_matrix(file, name("ffn_up"), config.ffn_size, config.hidden_size));
  INFERLAB_TRY(layer.ffn_down,
               read_matrix(file, name("ffn_down"), config.hidden_size, config.ffn_size));
  return layer;
}

constexpr const char* kRopeFreqs = "rope_freqs.weight";

Result<Matrix> read_rope_freqs(const GgufFile& file, const LlamaConfig& config) {
  constexpr const char* kName = kRopeFreqs;
  if (file.find_tensor(kName) == nullptr) return Matrix{};
  if (config.rope_scaling.llama3) {
    return Error{
        ErrorKind::kInvalid,
        fmt::format("{}: tensor {}: says again what rope.scaling says", file.name(), kName),
        "the file was converted wrongly or is damaged"};
  }
  INFERLAB_TRY(const Matrix factors, read_vector(file, kName, config.rope_dim / 2));
  for (std::int64_t i = 0; i < factors.columns; ++i) {
    float factor = 0;
    std::memcpy(&factor, factors.data.data() + i * std::int64_t{sizeof factor}, sizeof factor);
    const auto value = static_cast<double>(factor);
    if (!(value >= kLeastRopeFactor && value <= kMostRopeFactor)) {
      return Error{ErrorKind::kInvalid,
                   fmt::format("{}: tensor {}: element {} is {}, need {} to {}", file.name(), kName,
                               i, value, kLeastRopeFactor, kMostRopeFactor)};
    }
  }
  return factors;
}

void compute_rope_freqs(ModelWeights& weights) {
  const LlamaConfig& config = weights.config;
  weights.computed_rope_freqs = std::make_shared<const std::vector<float>>(
      llama3_freq_factors(*config.rope_scaling.llama3, config.rope_freq_base, config.rope_dim));
  const std::vector<float>& factors = *weights.computed_rope_freqs;
  weights.rope_freqs = {.type = TensorType::kF32,
                        .rows = 1,
                        .columns = std::ssize(factors),
                        .data = std::as_bytes(std::span(factors))};
}

template <typename Visit>
void for_each_matrix(const ModelWeights& weights, Visit visit) {
  visit(weights.token_embd);
  visit(weights.output_norm);
  if (!weights.tied_embeddings) visit(weights.output);
  if (!weights.rope_freqs.data.empty()) visit(weights.rope_freqs);
  for (const LayerWeights& layer : weights.layers) {
    for (const Matrix* m :
         {&layer.attn_norm, &layer.attn_q, &layer.attn_k, &layer.attn_v, &layer.attn_output,
          &layer.attn_q_bias, &layer.attn_k_bias, &layer.attn_v_bias, &layer.attn_q_norm,
          &layer.attn_k_norm, &layer.ffn_norm, &layer.ffn_gate, &layer.ffn_up, &layer.ffn_down}) {
      if (!m->data.empty()) visit(*m);
    }
  }
}

std::vector<const std::byte*> begins_of(const ModelWeights& weights) {
  std::vector<const std::byte*> begins;
  for_each_matrix(weights, [&](const Matrix& m) { begins.push_back(m.data.data()); });
  return begins;
}

}  // namespace

Result<ModelWeights> ModelWeights::load(const GgufFile& file) {
  ModelWeights weights;
  INFERLAB_TRY(weights.config, LlamaConfig::load(file));
  weights.mapped = file.is_mapped();
  const LlamaConfig& config = weights.config;
  INFERLAB_TRY(weights.token_embd,
               read_matrix(file, "token_embd.weight", config.vocab_size, config.hidden_size));
  INFERLAB_TRY(weights.output_norm, read_vector(file, "output_norm.weight", config.hidden_size));
  weights.tied_embeddings = file.find_tensor("output.weight") == nullptr;
  weights.output = weights.token_embd;
  if (!weights.tied_embeddings) {
    INFERLAB_TRY(weights.output,
                 read_matrix(file, "output.weight", config.vocab_size, config.hidden_size));
  }
  for (int i = 0; i < config.num_layers; ++i) {
    INFERLAB_TRY(LayerWeights layer, layer_weights(file, config, i));
    weights.layers.push_back(layer);
  }
  INFERLAB_TRY(weights.rope_freqs, read_rope_freqs(file, config));
  if (config.rope_scaling.llama3) compute_rope_freqs(weights);
  INFERLAB_TRY_VOID(
      check_all_used(file, begins_of(weights), config.architecture, "experts, adapters"));
  return weights;
}

std::int64_t ModelWeights::num_parameters() const {
  std::int64_t sum = 0;
  for_each_matrix(*this, [&](const Matrix& m) { sum += m.rows * m.columns; });
  return sum;
}

std::int64_t ModelWeights::weights_bytes() const {
  std::int64_t sum = 0;
  for_each_matrix(*this, [&](const Matrix& m) { sum += std::int64_t(m.data.size()); });
  return sum;
}

Result<Model> Model::open(const std::string& path) {
  if (is_huggingface_folder(path)) {
    INFERLAB_TRY(GgufFile folder, open_huggingface_folder(path));
    return from(std::move(folder));
  }
  Result<GgufFile> file = GgufFile::open(path);
  if (file) return from(std::move(file).value());
  Error error = file.error();
  if (error.kind == ErrorKind::kNotFound && error.hint.empty()) {
    error.hint = "nothing is downloaded: give a GGUF file or a folder of Hugging Face's";
  }
  return error;
}

Result<Model> Model::from(GgufFile file) {
  if (EncoderConfig::is_for(file)) {
    INFERLAB_TRY(EncoderWeights encoder, EncoderWeights::load(file));
    ModelWeights facts;
    facts.config = encoder.config.as_model_config();
    facts.mapped = encoder.mapped;
    return Model{
        .file = std::move(file), .weights = std::move(facts), .encoder = std::move(encoder)};
  }
  INFERLAB_TRY(ModelWeights weights, ModelWeights::load(file));
  return Model{.file = std::move(file), .weights = std::move(weights)};
}

}  // namespace inferlab
