#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "engine/formats/tensor_type.h"
#include "labs/cli/command.h"

namespace inferlab::labs {

/// What `model quantize` and `model convert` have in common: a model is read, and written as a GGUF
/// file with its matrices in another type.
struct ModelWriting {
  std::string from = {}, to = {};
  std::optional<TensorType> type = {};  ///< nullopt: as they are
  std::string type_name = {};           ///< as it was asked for
  bool force = false;                   ///< write over `to`
  bool json = false;
  const char* doing = "writing";
};

/// "q8_0", "f16", …, the smallest last but for the plain ones.
std::vector<std::string> weight_type_names();
std::optional<TensorType> weight_type_from(std::string_view name);

/// Writes the file beside its place, reads it again, and moves it there; a signal stops it and
/// leaves nothing behind.
Result<int> write_model(Terminal& terminal, const ModelWriting& writing);

}  // namespace inferlab::labs
