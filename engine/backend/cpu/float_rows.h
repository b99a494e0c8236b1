#pragma once

#include <cstddef>
#include <cstdint>
#include <cstring>
#include <vector>

#include "engine/model/matrix.h"

namespace inferlab::cpu {

/// Room for exactly [rows, columns].
inline void resize(std::vector<float>& buffer, std::int64_t rows, std::int64_t columns) {
  buffer.resize(static_cast<std::size_t>(rows * columns));
}

/// A copy of a norm's weights or of biases, which are F32 (checked when the weights were loaded);
/// empty for one that is not there.
inline std::vector<float> floats(const Matrix& matrix) {
  std::vector<float> values(static_cast<std::size_t>(matrix.columns));
  if (!matrix.data.empty()) std::memcpy(values.data(), matrix.data.data(), matrix.data.size());
  return values;
}

}  // namespace inferlab::cpu
