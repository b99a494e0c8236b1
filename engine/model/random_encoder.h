#pragma once

#include <cstddef>
#include <cstdint>
#include <vector>

#include "engine/formats/gguf_writer.h"
#include "engine/formats/tensor_type.h"

namespace inferlab {

/// The shape of a generated encoder. hidden_size and ffn_size must be multiples of 32 when the
/// weights are quantised in blocks of 32.
struct RandomEncoderShape {
  std::uint64_t seed = 1;
  TensorType type = TensorType::kF16;  ///< of the matrices; norms, biases and positions are F32
  std::int32_t vocab_size = 320;       ///< at least 128
  std::int32_t max_model_len = 96;
  std::int32_t hidden_size = 64;
  std::int32_t ffn_size = 128;
  std::int32_t num_layers = 2;
  std::int32_t num_heads = 4;
  std::int32_t num_token_types = 2;
  std::uint32_t pooling_type = 1;  ///< bert.pooling_type: 1 mean, 2 cls; 0: not there
  bool with_vocabulary = true;     ///< otherwise the caller adds one
};

/// A small valid BERT-like GGUF with seeded random weights and a WordPiece vocabulary (letters,
/// digits, punctuation, a few words), as llama.cpp's converter writes one.
GgufWriter random_encoder(const RandomEncoderShape& shape);
std::vector<std::byte> random_encoder_bytes(const RandomEncoderShape& shape = {});

}  // namespace inferlab
