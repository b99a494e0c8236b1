#pragma once

#include <cstdint>

#include "engine/backend/cuda/packed_layout.h"
#include "engine/formats/tensor_type.h"

namespace inferlab::cuda {

/// A weight matrix in the device's memory. Quantised: as packed_layout.h says. Else row-major, a
/// row's elements behind the columns being zeros up to `stride`, a multiple of 32.
struct DeviceMatrix {
  TensorType type = TensorType::kF32;
  std::int64_t rows = 0;
  std::int64_t columns = 0;
  std::int64_t stride = 0;  ///< elements from one row to the next; 0 where packed
  const std::uint8_t* data = nullptr;
};

inline std::int64_t matrix_stride(TensorType type, std::int64_t columns) {
  return is_packed(type) ? 0 : round_up(columns, kChunkColumns);
}
inline std::int64_t matrix_bytes(TensorType type, std::int64_t rows, std::int64_t columns) {
  if (is_packed(type)) return packed_bytes(type, rows, columns);
  return rows * matrix_stride(type, columns) * (type == TensorType::kF32 ? 4 : 2);
}

/// An element of any matrix; runs on the host, too.
INFERLAB_HD inline float matrix_value(const DeviceMatrix& w, std::int64_t row,
                                      std::int64_t column) {
  const std::int64_t at = row * w.stride + column;
  switch (w.type) {
    case TensorType::kF32:
      return reinterpret_cast<const float*>(w.data)[at];
    case TensorType::kF16:
      return float_from_f16(reinterpret_cast<const std::uint16_t*>(w.data)[at]);
    case TensorType::kBF16:
      return float_from_bf16(reinterpret_cast<const std::uint16_t*>(w.data)[at]);
    default:
      return packed_value(w.type, w.data, w.columns, row, column);
  }
}

}  // namespace inferlab::cuda
