#pragma once

#include <cstdint>
#include <span>
#include <vector>

#include "engine/model/llama_config.h"

namespace inferlab {

/// Rotary position embedding: the i-th pair of elements of a head (RopePairs says which two) turns
/// by position / rope_scaling.factor * freq_base^(-2i / rope_dim) / freq_factors[i], and with YaRN
/// by a mean of that and the same without the factor. Sources: Su et al., "RoFormer", 2021; Chen et
/// al., "Extending Context Window of Large Language Models via Positional Interpolation", 2023
/// (factor); llama.cpp (freq_factors); YaRN's paper and transformers' modeling_rope_utils.py (which
/// pairs, and the magnitude).
class Rope {
 public:
  Rope() = default;
  /// With what the config says of rotations. Checks: rope_dim is even and positive; freq_factors,
  /// if there are any, are rope_dim / 2.
  explicit Rope(const LlamaConfig& config, std::span<const float> freq_factors = {});

  /// Computes the angles' sines and cosines for these rows; all layers and heads share them.
  void set_positions(std::span<const std::int32_t> positions);

  /// Radians per position, of each pair.
  [[nodiscard]] std::span<const double> frequencies() const { return frequencies_; }
  /// What sines and cosines are multiplied by.
  [[nodiscard]] double magnitude() const { return magnitude_; }

  /// Turns the first rope_dim elements of each head. x is [positions, num_heads, head_dim].
  void apply(float* x, std::int32_t num_heads, std::int32_t head_dim) const;
  /// The same for one row, [num_heads, head_dim]: that of the index-th position.
  void apply_row(std::int64_t index, float* x, std::int32_t num_heads, std::int32_t head_dim) const;

 private:
  std::int32_t num_pairs_ = 0;
  RopePairs pairs_ = RopePairs::kAdjacent;
  double magnitude_ = 1.0;           // of sines and cosines
  std::vector<double> frequencies_;  // [num_pairs], radians per position
  std::vector<float> cos_;           // [positions, num_pairs]
  std::vector<float> sin_;
};

}  // namespace inferlab
