#pragma once

#include <cstdint>
#include <string>

#include "engine/base/result.h"
#include "engine/huggingface/json_object.h"

namespace inferlab::huggingface {

/// What a configuration says of rotations, checked as transformers does; what the fields mean is in
/// engine/model/rope_scaling.h.
struct RopeParameters {
  double theta = 10000.0;
  std::string type = "none";  ///< or "linear", "yarn", "llama3"
  double factor = 1.0;
  std::int64_t original_context_length = 0;  ///< yarn, llama3
  double beta_fast = 32.0;                   ///< this and the next two: yarn
  double beta_slow = 1.0;
  /// Of sines and cosines, besides the 0.1 ln(factor) + 1 that YaRN gives them.
  double extra_magnitude = 1.0;
  double low_freq_factor = 1.0;  ///< llama3, and the next
  double high_freq_factor = 4.0;
  /// Tokens that the model is good for: max_position_embeddings, with YaRN at least `factor` times
  /// the original context.
  std::int64_t context_length = 0;
};

/// Reads "rope_parameters" (transformers 5), or "rope_scaling" and "rope_theta" (before it). Types
/// and fields that are not known are refused by name. "dynamic" changes nothing up to
/// `max_position_embeddings`, which the engine does not go beyond.
/// Source: transformers, modeling_rope_utils.py.
Result<RopeParameters> read_rope_parameters(const JsonObject& config,
                                            std::int64_t max_position_embeddings);

}  // namespace inferlab::huggingface
