#pragma once

#include <cstdint>
#include <optional>
#include <string>

#include "engine/base/result.h"
#include "engine/formats/gguf.h"
#include "engine/model/llama_config.h"
#include "engine/model/pooling_type.h"

namespace inferlab {

/// The hyper-parameters of a BERT-like encoder, checked as LlamaConfig is. Counts are of elements,
/// never bytes. Sources: Devlin et al., "BERT", 2019; GGUF specification, keys "bert.*".
struct EncoderConfig {
  std::string name;  ///< general.name, else the file's name without its folder
  std::int32_t vocab_size;
  std::int32_t max_model_len;    ///< bert.context_length: rows of the position embedding
  std::int32_t hidden_size;      ///< bert.embedding_length
  std::int32_t ffn_size;         ///< bert.feed_forward_length
  std::int32_t num_layers;       ///< bert.block_count
  std::int32_t num_heads;        ///< bert.attention.head_count; divides hidden_size
  std::int32_t num_token_types;  ///< tokenizer.ggml.token_type_count; 0: no such embedding
  float layer_norm_eps;          ///< bert.attention.layer_norm_epsilon
  std::optional<PoolingType> pooling_type;  ///< bert.pooling_type

  /// Whether the file is one for load(): all others are decoders, or unknown.
  static bool is_for(const GgufFile& file);
  /// kInvalid names the key.
  static Result<EncoderConfig> load(const GgufFile& file);

  [[nodiscard]] std::int32_t head_dim() const { return hidden_size / num_heads; }
  /// What there is to say of any model; what an encoder has not (rotation, KV cache) is 0.
  [[nodiscard]] LlamaConfig as_model_config() const;
};

}  // namespace inferlab
