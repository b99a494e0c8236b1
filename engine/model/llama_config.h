#pragma once

#include <cstdint>
#include <string>

#include "engine/base/result.h"
#include "engine/formats/gguf.h"

namespace inferlab {

/// What a rotation's angle may be divided by, position or frequency. Positions stay below 2^24, so
/// that angles stay where stable_sincos() is exact.
inline constexpr double kLeastRopeFactor = 0.25;
inline constexpr double kMostRopeFactor = 1e6;

/// Which elements of a head a rotation turns together.
enum class RopePairs : std::uint8_t {
  kAdjacent,  ///< 2 i and 2 i + 1: Llama's weights as GGUF files have them
  kHalves,    ///< i and i + rope_dim / 2: Qwen's
};

/// The hyper-parameters of a Llama-like model, checked: all counts are positive and bounded, heads
/// divide as they must, numbers are finite. Counts are of elements, never bytes.
/// Source: GGUF specification, keys "llama.*" and the same of other architectures.
struct LlamaConfig {
  std::string name;          ///< general.name, else the file's name without its folder
  std::string architecture;  ///< "llama" (Mistral, SmolLM and TinyLlama too), "qwen2", "qwen3"
  std::int32_t vocab_size;
  std::int32_t max_model_len;  ///< llama.context_length: tokens the model was trained for
  std::int32_t hidden_size;    ///< llama.embedding_length
  std::int32_t ffn_size;       ///< llama.feed_forward_length
  std::int32_t num_layers;     ///< llama.block_count
  std::int32_t num_heads;      ///< llama.attention.head_count
  std::int32_t num_kv_heads;   ///< llama.attention.head_count_kv; divides num_heads
  std::int32_t head_dim;       ///< llama.attention.key_length, else hidden_size / num_heads
  std::int32_t rope_dim;       ///< llama.rope.dimension_count; even, at most head_dim
  float rope_freq_base;        ///< llama.rope.freq_base
  float rope_scaling_factor;   ///< llama.rope.scaling.factor: positions are divided by it
  float rms_norm_eps;          ///< llama.attention.layer_norm_rms_epsilon
  RopePairs rope_pairs;
  bool has_qkv_bias;  ///< Qwen2: always; others: where the file has the tensors
  bool has_qk_norm;   ///< Qwen3: the heads of queries and keys are normalised before they turn

  /// kInvalid names the key. Other architectures are refused.
  static Result<LlamaConfig> load(const GgufFile& file);

  [[nodiscard]] std::int32_t q_size() const { return num_heads * head_dim; }
  [[nodiscard]] std::int32_t kv_size() const { return num_kv_heads * head_dim; }
};

}  // namespace inferlab
