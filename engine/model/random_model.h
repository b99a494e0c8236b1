#pragma once

#include <cstddef>
#include <cstdint>
#include <string_view>
#include <vector>

#include "engine/formats/gguf_writer.h"
#include "engine/formats/tensor_type.h"

namespace inferlab {

/// The shape of a generated model. All sizes but num_heads, num_kv_heads and num_layers must be
/// multiples of 32 when the weights are Q8_0.
struct RandomModelShape {
  std::string_view architecture = "llama";  ///< or "qwen2", "qwen3"
  std::uint64_t seed = 1;
  TensorType type = TensorType::kQ8_0;  ///< of the matrices; norms are F32
  std::int32_t vocab_size = 320;        ///< at least 320: all bytes, some merges, control tokens
  std::int32_t max_model_len = 256;
  std::int32_t hidden_size = 64;
  std::int32_t ffn_size = 96;
  std::int32_t num_layers = 2;
  std::int32_t num_heads = 4;
  std::int32_t num_kv_heads = 2;
  std::int32_t head_dim = 0;  ///< 0: hidden_size / num_heads
  bool tied_embeddings = true;
  bool add_eos_token = false;      ///< the tokenizer puts EOS behind a text (embedding models)
  std::uint32_t pooling_type = 0;  ///< ARCHITECTURE.pooling_type; 0: not there
};

/// A small valid Llama-like GGUF with seeded random weights, a byte-level BPE vocabulary
/// and a ChatML template. It talks nonsense, but the same nonsense on every machine: for tests and
/// for trying the engine without a model.
GgufWriter random_model(const RandomModelShape& shape);
std::vector<std::byte> random_model_bytes(const RandomModelShape& shape = {});

}  // namespace inferlab
