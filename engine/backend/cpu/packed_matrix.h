#pragma once

#include <cstddef>
#include <cstdint>
#include <span>

#include "engine/backend/cpu/kernels/kernels.h"
#include "engine/model/model_weights.h"

namespace inferlab::cpu {

/// A weight matrix laid out for the kernels: panels of 16 rows, in which the elements of one column
/// stand side by side. A panel takes about the bytes of its 16 rows in the file.
///
/// F32, F16, BF16: [columns, 16 rows].
/// Quantised, with slabs of 32 columns: first the quants of all slabs, then the scales of all slabs
/// (32 bytes each), then the scales of all blocks of 256 columns (K-quants only).
///   quants of a slab: vectors of [16 rows, 4 columns] bytes, unsigned
///     Q8_0: eight, quant + 128
///     Q4_0, Q4_K, Q5_K, Q6_K: four; columns 0 to 15 in the low nibbles, 16 to 31 in the high ones
///     Q5_K: one more; bit g is the fifth bit of columns 4 g to 4 g + 3
///     Q6_K: two more; two bits each for columns 0 to 15 and 16 to 31
///   scales of a slab: Q8_0, Q4_0: 16 halves; Q4_K, Q5_K: 16 scales and 16 minima, bytes; Q6_K: 16
///     signed bytes for each half of the slab
///   scales of a block: Q4_K, Q5_K: 16 halves for the scales and 16 for the minima; Q6_K: 16 halves
/// Rows that fill the last panel up are zero.
class PackedMatrix {
 public:
  PackedMatrix() = default;

  /// What pack() needs for a matrix of this shape, a multiple of 64.
  static std::int64_t bytes_needed(const Matrix& matrix);

  /// Borrows `memory`: bytes_needed(), aligned to 64, zeroed. pack() fills it.
  PackedMatrix(const Matrix& matrix, std::span<std::byte> memory);

  /// Copies the rows of panels [first, last) from the matrix. Panels may be packed in parallel.
  void pack(const Matrix& matrix, std::int64_t first_panel, std::int64_t last_panel);

  /// The elements of one row, as floats. Checks: out has `columns`.
  void unpack_row(std::int64_t row, std::span<float> out) const;

  [[nodiscard]] PanelSpan panels(std::int64_t first, std::int64_t last) const;
  [[nodiscard]] TensorType type() const { return type_; }
  [[nodiscard]] std::int64_t rows() const { return rows_; }
  [[nodiscard]] std::int64_t columns() const { return columns_; }
  [[nodiscard]] std::int64_t num_panels() const { return (rows_ + kPanelRows - 1) / kPanelRows; }
  [[nodiscard]] std::int64_t panel_bytes() const { return panel_bytes_; }

 private:
  TensorType type_ = TensorType::kF32;
  std::int64_t rows_ = 0;
  std::int64_t columns_ = 0;
  std::int64_t panel_bytes_ = 0;
  std::span<std::byte> memory_;
};

/// Whether weights of this type are multiplied with quantised activations.
[[nodiscard]] bool is_quantized(TensorType type);

}  // namespace inferlab::cpu
