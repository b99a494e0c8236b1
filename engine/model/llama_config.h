#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "engine/base/result.h"
#include "engine/formats/gguf.h"
#include "engine/model/rope_scaling.h"

namespace inferlab {

/// Which elements of a head a rotation turns together.
enum class RopePairs : std::uint8_t {
  kAdjacent,  ///< 2 i and 2 i + 1: Llama's weights as GGUF files have them
  kHalves,    ///< i and i + rope_dim / 2: Qwen's
};

/// As GGUF files of the architecture have them; nullopt for one that the engine does not know.
std::optional<RopePairs> rope_pairs_of(std::string_view architecture);

/// A key of ours: "halves" says that Llama's rows of queries and keys are in the order of Hugging
/// Face's folders, which are read where they are.
inline constexpr std::string_view kRopePairsKey = "inferlab.rope_pairs";

/// The hyper-parameters of a Llama-like model, checked: all counts are positive and bounded, heads
/// divide as they must, numbers are finite. Counts are of elements, never bytes.
/// Source: GGUF specification, keys "llama.*" and the same of other architectures.
struct LlamaConfig {
  std::string name;          ///< general.name, else the file's name without its folder
  std::string architecture;  ///< "llama" (Mistral, SmolLM and TinyLlama too), "qwen2", "qwen3"
                             ///< (and "bert", of an encoder: EncoderConfig)
  std::int32_t vocab_size;
  /// llama.context_length, tokens the model was trained for; no more than sliding_window: within
  /// the window a token sees all before it, which is what the forward pass computes.
  std::int32_t max_model_len;
  std::int32_t context_length;  ///< llama.context_length
  std::int32_t hidden_size;     ///< llama.embedding_length
  std::int32_t ffn_size;        ///< llama.feed_forward_length
  std::int32_t num_layers;      ///< llama.block_count
  std::int32_t num_heads;       ///< llama.attention.head_count
  std::int32_t num_kv_heads;    ///< llama.attention.head_count_kv; divides num_heads
  std::int32_t head_dim;        ///< llama.attention.key_length, else hidden_size / num_heads
  std::int32_t rope_dim;        ///< llama.rope.dimension_count; even, at most head_dim
  float rope_freq_base;         ///< llama.rope.freq_base
  float rms_norm_eps;           ///< llama.attention.layer_norm_rms_epsilon
  RopePairs rope_pairs;
  bool has_qkv_bias;  ///< Qwen2: always; others: where the file has the tensors
  bool has_qk_norm;   ///< Qwen3: the heads of queries and keys are normalised before they turn
  RopeScaling rope_scaling;         ///< llama.rope.scaling.*
  std::int32_t sliding_window = 0;  ///< llama.attention.sliding_window, tokens; 0: none

  /// kInvalid names the key. Other architectures are refused.
  static Result<LlamaConfig> load(const GgufFile& file);

  [[nodiscard]] std::int32_t q_size() const { return num_heads * head_dim; }
  [[nodiscard]] std::int32_t kv_size() const { return num_kv_heads * head_dim; }
};

}  // namespace inferlab
