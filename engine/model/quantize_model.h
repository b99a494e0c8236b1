#pragma once

#include <optional>

#include "engine/formats/gguf_writer.h"
#include "engine/model/model_weights.h"

namespace inferlab {

/// The model as a GGUF file with its matrices in `type`, or as they are without one; metadata and
/// norms stay as they are. A matrix whose rows are no whole blocks of the type becomes Q8_0, or F16
/// where that does not fit either. With Q4_K and Q5_K the output matrix becomes Q6_K: the choice
/// between tokens depends on it most. Source of that and of general.file_type: llama.cpp,
/// llama-quantize.
///
/// What is not GGUF's own is put into its terms: Llama's rows of queries and keys into the order of
/// adjacent pairs, Llama 3's scaling into a tensor. A tensor that keeps its type is copied, not
/// coded anew. Weights are read when the result is saved: the model must live until then.
GgufWriter quantize_model(const Model& model, std::optional<TensorType> type);

}  // namespace inferlab
