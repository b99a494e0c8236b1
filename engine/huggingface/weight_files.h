#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "engine/base/result.h"
#include "engine/huggingface/safetensors.h"

namespace inferlab::huggingface {

/// The weights of a folder: model.safetensors, or the files that model.safetensors.index.json
/// names. kNotFound when there is neither; weights in Python's pickle format are refused, because
/// reading them can run code. Source: transformers, modeling_utils.py (the order in which files are
/// looked for).
Result<std::vector<SafetensorsFile>> open_weight_files(const std::string& folder);

/// The entries of "weight_map": tensor and file. A file's name must be plain, so that an index
/// cannot lead out of its folder. kInvalid begins with `name`.
Result<std::vector<std::pair<std::string, std::string>>> parse_weight_index(
    std::string_view json, const std::string& name);

}  // namespace inferlab::huggingface
