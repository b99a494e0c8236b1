#pragma once

#include <string>

#include "engine/base/result.h"
#include "engine/formats/gguf.h"

namespace inferlab {

/// Whether `path` is a folder: then it can only be a model in Hugging Face's layout.
bool is_huggingface_folder(const std::string& path);

/// A folder with config.json and safetensors as the GGUF file that it could be: metadata under
/// GGUF's keys, tensors under GGUF's names, their data where the folder's files are mapped. Only
/// norms and biases are copied, because they are wanted in F32.
///
/// Llama's queries and keys keep the folder's order of rows, and the metadata say so
/// (engine/model/llama_config.h: kRopePairsKey).
///
/// kInvalid and kNotFound name the file, and the field or tensor: one that the Llama family does
/// not have is refused, because it would make another model.
Result<GgufFile> open_huggingface_folder(const std::string& path);

}  // namespace inferlab
