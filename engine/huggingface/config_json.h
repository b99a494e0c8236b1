#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "engine/base/result.h"
#include "engine/formats/gguf_writer.h"
#include "engine/huggingface/rope_parameters.h"

namespace inferlab::huggingface {

/// What a folder's config.json says of a model of the Llama family, with the defaults of the class
/// that it names. Counts are of elements; all are positive.
///
/// What the class reads and the engine does not compute is refused by name: other activations,
/// biases of the MLP, quantised weights, code of the model's own. A field that the class does not
/// read changes nothing there, and nothing here.
/// Source: transformers, configuration_{llama,mistral,qwen2,qwen3}.py and modeling_*.py.
struct ModelConfig {
  std::string_view architecture;  ///< GGUF's name: "llama", "qwen2", "qwen3"
  std::int64_t vocab_size = 0;
  std::int64_t hidden_size = 0;
  std::int64_t ffn_size = 0;
  std::int64_t num_layers = 0;
  std::int64_t num_heads = 0;
  std::int64_t num_kv_heads = 0;
  std::int64_t head_dim = 0;
  double rms_norm_eps = 0.0;
  bool tied_embeddings = false;  ///< the output matrix is the embedding
  bool has_attention_bias = false;
  std::int64_t sliding_window = 0;  ///< tokens; 0: none
  RopeParameters rope;

  static Result<ModelConfig> load(const std::string& path);
  static Result<ModelConfig> parse(std::string_view json, const std::string& name);

  /// The same under GGUF's keys. Rows of Llama's queries and keys are said to be in the folder's
  /// order (engine/model/llama_config.h: kRopePairsKey).
  void add_to(GgufWriter& writer) const;
};

}  // namespace inferlab::huggingface
