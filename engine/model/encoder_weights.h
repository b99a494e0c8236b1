#pragma once

#include <cstdint>
#include <vector>

#include "engine/base/result.h"
#include "engine/formats/gguf.h"
#include "engine/model/encoder_config.h"
#include "engine/model/matrix.h"

namespace inferlab {

/// A linear layer: y = W x + bias.
struct LinearWeights {
  Matrix weight;
  Matrix bias;  // [1, rows of weight], F32
};

/// y = (x - mean) / sqrt(variance + eps) * weight + bias.
struct LayerNormWeights {
  Matrix weight;  // [1, hidden_size], F32
  Matrix bias;    // [1, hidden_size], F32
};

struct EncoderLayerWeights {
  LinearWeights attn_q;       // [hidden_size, hidden_size]
  LinearWeights attn_k;       // [hidden_size, hidden_size]
  LinearWeights attn_v;       // [hidden_size, hidden_size]
  LinearWeights attn_output;  // [hidden_size, hidden_size]
  LayerNormWeights attn_output_norm;
  LinearWeights ffn_up;    // [ffn_size, hidden_size]
  LinearWeights ffn_down;  // [hidden_size, ffn_size]
  LayerNormWeights layer_output_norm;
};

/// All weights of a BERT-like encoder as views into its GgufFile, which must outlive them. Every
/// shape was checked against the config, and the file has no tensor that is not here.
struct EncoderWeights {
  EncoderConfig config;
  Matrix token_embd;     // [vocab_size, hidden_size]
  Matrix position_embd;  // [max_model_len, hidden_size]
  Matrix token_types;    // [num_token_types, hidden_size]; no data where the file has none
  LayerNormWeights token_embd_norm;
  std::vector<EncoderLayerWeights> layers;
  bool mapped = false;  ///< as ModelWeights::mapped

  /// kNotFound and kInvalid name the tensor.
  static Result<EncoderWeights> load(const GgufFile& file);

  [[nodiscard]] std::int64_t num_parameters() const;
  [[nodiscard]] std::int64_t weights_bytes() const;
};

}  // namespace inferlab
