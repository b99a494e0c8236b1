#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <span>
#include <vector>

#include "engine/base/result.h"
#include "engine/formats/gguf.h"
#include "engine/model/encoder_weights.h"
#include "engine/model/llama_config.h"
#include "engine/model/matrix.h"

namespace inferlab {

struct LayerWeights {
  Matrix attn_norm;    // [1, hidden_size], F32
  Matrix attn_q;       // [num_heads * head_dim, hidden_size]
  Matrix attn_k;       // [num_kv_heads * head_dim, hidden_size]
  Matrix attn_v;       // [num_kv_heads * head_dim, hidden_size]
  Matrix attn_output;  // [hidden_size, num_heads * head_dim]
  Matrix attn_q_bias;  // [1, num_heads * head_dim], F32; these three only with has_qkv_bias
  Matrix attn_k_bias;  // [1, num_kv_heads * head_dim], F32
  Matrix attn_v_bias;  // [1, num_kv_heads * head_dim], F32
  Matrix attn_q_norm;  // [1, head_dim], F32; these two only with has_qk_norm
  Matrix attn_k_norm;  // [1, head_dim], F32
  Matrix ffn_norm;     // [1, hidden_size], F32
  Matrix ffn_gate;     // [ffn_size, hidden_size]
  Matrix ffn_up;       // [ffn_size, hidden_size]
  Matrix ffn_down;     // [hidden_size, ffn_size]
};

/// All weights of a Llama-like model as views into its GgufFile, which must outlive them.
/// Every shape was checked against the config, and the file has no tensor that is not here: one
/// that the forward pass passed over would make it another model.
struct ModelWeights {
  LlamaConfig config;
  Matrix token_embd;   // [vocab_size, hidden_size]
  Matrix output_norm;  // [1, hidden_size], F32
  Matrix output;       // [vocab_size, hidden_size]; the same bytes as token_embd when tied
  bool tied_embeddings = false;
  /// What the frequency of each pair is divided by (Llama 3.1 and later): [1, rope_dim / 2], F32;
  /// no data where the file has none.
  Matrix rope_freqs;
  /// What rope_freqs points into when config.rope_scaling.llama3 stands for the tensor.
  std::shared_ptr<const std::vector<float>> computed_rope_freqs;
  std::vector<LayerWeights> layers;
  /// The bytes are a read-only mapping of a file: who has copied them may give their pages back to
  /// the operating system, which reads them again when they are looked at.
  bool mapped = false;

  /// kNotFound and kInvalid name the tensor.
  static Result<ModelWeights> load(const GgufFile& file);

  [[nodiscard]] std::int64_t num_parameters() const;
  [[nodiscard]] std::int64_t weights_bytes() const;
};

/// A model's file or folder with its checked config and weights, kept together so that the views
/// stay valid.
struct Model {
  GgufFile file;
  /// Of an encoder only the config, as far as it goes: what runs it reads `encoder`.
  ModelWeights weights;
  std::optional<EncoderWeights> encoder = {};  ///< BERT-like models

  /// A GGUF file, or a folder in Hugging Face's layout (engine/huggingface/folder.h).
  static Result<Model> open(const std::string& path);
  static Result<Model> from(GgufFile file);
  [[nodiscard]] const LlamaConfig& config() const { return weights.config; }
  [[nodiscard]] std::int64_t num_parameters() const {
    return encoder ? encoder->num_parameters() : weights.num_parameters();
  }
  [[nodiscard]] std::int64_t weights_bytes() const {
    return encoder ? encoder->weights_bytes() : weights.weights_bytes();
  }
};

}  // namespace inferlab
