#pragma once

#include <cstddef>
#include <vector>

#include "engine/model/model_weights.h"
#include "engine/model/random_model.h"

namespace inferlab::labs {

/// Weights of a real model's shape that need no file: all matrices are the beginning of one piece
/// of random values. Good for speed, which does not depend on what they are, and for nothing else.
struct SyntheticModel {
  std::vector<std::byte> values;   // what the matrices are
  std::vector<std::byte> vectors;  // what the norms are: ones
  ModelWeights weights;
};

/// Llama's architecture alone. Checks: the shape fits the type's blocks.
SyntheticModel synthetic_model(const RandomModelShape& shape);

/// Bytes that one token reads at least: every matrix but the embedding, of which it reads a row.
std::int64_t bytes_of_a_token(const ModelWeights& weights);
/// Operations of a prompt's matrices and of its attention; the output matrix counts once.
double operations_of_prompt(const ModelWeights& weights, std::int64_t num_tokens);

}  // namespace inferlab::labs
