#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "engine/base/result.h"
#include "engine/formats/gguf.h"

namespace inferlab {

/// What a rotation's angle may be divided by, position or frequency. Positions stay below 2^24, so
/// that angles stay where stable_sincos() is exact.
inline constexpr double kLeastRopeFactor = 0.25;
inline constexpr double kMostRopeFactor = 1e6;

/// YaRN: pairs that turn often within the original context keep their frequency, those that turn
/// seldom are slowed by the whole factor, those between by a part of it.
/// Source: Peng et al., "YaRN: Efficient Context Window Extension of Large Language Models", 2023.
struct YarnScaling {
  std::int32_t original_context_length = 0;
  float beta_fast = 32.0F;  ///< turns within the original context from which on nothing changes
  float beta_slow = 1.0F;   ///< turns below which the whole factor counts
};

/// Llama 3.1's scaling: as YaRN's, but over wavelengths, and without a change of magnitude.
/// Source: transformers, modeling_rope_utils.py, rope_type "llama3".
struct Llama3Scaling {
  std::int32_t original_context_length = 0;
  float factor = 1.0F;
  float low_freq_factor = 1.0F;
  float high_freq_factor = 4.0F;
};

/// How rotations are stretched for contexts longer than those of the training.
struct RopeScaling {
  /// Positions are divided by it; with YaRN, those of slow pairs.
  float factor = 1.0F;
  /// Sines and cosines are multiplied by it. YaRN: 0.1 ln(factor) + 1 where the file says nothing.
  float attention_factor = 1.0F;
  std::optional<YarnScaling> yarn;
  std::optional<Llama3Scaling> llama3;

  /// "none", "linear, factor 4", "yarn, factor 4 from 32768 tokens".
  [[nodiscard]] std::string text() const;
};

/// Reads "ARCHITECTURE.rope.scaling.*". Types are none, linear, yarn, and llama3 for models that
/// come from folders (a GGUF file has a tensor rope_freqs.weight instead); others are refused by
/// name. As llama.cpp reads them: without a type the scaling is linear, and the factor may stand
/// under its older key; 0 there means none.
Result<RopeScaling> read_rope_scaling(const GgufFile& file, std::string_view architecture,
                                      std::int32_t context_length);

/// What the frequency of each pair is divided by: the tensor rope_freqs.weight that says the same
/// as `scaling` in a GGUF file.
std::vector<float> llama3_freq_factors(const Llama3Scaling& scaling, float freq_base,
                                       std::int32_t rope_dim);

}  // namespace inferlab
