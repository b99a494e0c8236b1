#pragma once

#include <cstddef>
#include <cstdint>
#include <span>

#include "engine/formats/tensor_type.h"

namespace inferlab {

/// A weight matrix in the model file: `rows` rows of `columns` elements, row-major.
/// y = W x has `columns` inputs and `rows` outputs.
struct Matrix {
  TensorType type = TensorType::kF32;
  std::int64_t rows = 0;
  std::int64_t columns = 0;
  std::span<const std::byte> data;

  [[nodiscard]] std::int64_t row_bytes() const {
    const TensorBlock block = tensor_block(type);
    return columns / block.elements * block.bytes;
  }
  [[nodiscard]] const std::byte* row(std::int64_t index) const {
    return data.data() + index * row_bytes();
  }
};

}  // namespace inferlab
