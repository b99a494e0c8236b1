#pragma once

#include <functional>

#include "engine/base/result.h"
#include "engine/formats/gguf_writer.h"
#include "engine/model/model_weights.h"

namespace inferlab {

/// Hears how far it is: tensors done, of how many.
using QuantizeProgress = std::function<void(std::int64_t done, std::int64_t of)>;

/// The model with its matrices in `type`; metadata and norms stay as they are. A matrix whose rows
/// are no whole blocks of the type becomes Q8_0, or F16 where that does not fit either. With Q4_K
/// and Q5_K the output matrix becomes Q6_K: the choice between tokens depends on it most. Source of
/// that and of general.file_type: llama.cpp, llama-quantize.
GgufWriter quantize_model(const Model& model, TensorType type, const QuantizeProgress& progress);

}  // namespace inferlab
