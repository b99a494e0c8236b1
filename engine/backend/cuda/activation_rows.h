#pragma once

#include <cstdint>

#include "engine/backend/cuda/numeric.h"
#include "engine/formats/tensor_type.h"

namespace inferlab::cuda {

/// In which form a matrix wants the rows that it is multiplied with.
enum class Form : std::uint8_t {
  kF32,   ///< F32 weights
  kBF16,  ///< BF16 weights
  kF16,   ///< F16 weights; values beyond 65504 become 65504
  kQ8,    ///< quantised weights: 8 bits and a scale for each 32 columns, as the CPU backend does
};
inline constexpr int kNumForms = 4;

INFERLAB_HD inline Form form_for(TensorType type) {
  switch (type) {
    case TensorType::kF32:
      return Form::kF32;
    case TensorType::kBF16:
      return Form::kBF16;
    case TensorType::kF16:
      return Form::kF16;
    default:
      return Form::kQ8;
  }
}

/// Elements from one row to the next; those behind the width are zeros.
INFERLAB_HD inline std::int64_t form_stride(Form form, std::int64_t width) {
  return round_up(width, form == Form::kQ8 ? 128 : 32);
}
INFERLAB_HD inline std::int64_t form_element_bytes(Form form) {
  return form == Form::kF32 ? 4 : form == Form::kQ8 ? 1 : 2;
}

/// Rows of activations in the device's memory.
///
/// kQ8: of each 128 columns, the bytes that the lanes 4 g + t need for mma.m16n8k32 are consecutive
/// for each t: column 32 c + 16 h + 4 t + b is byte 32 t + 8 c + 4 h + b. `scales` and `sums` have
/// an element for each 32 columns: the scale is the largest magnitude / 127 rounded to a half;
/// the sum has that of the first 16 quants in its low 16 bits, that of the others above, signed.
struct ActivationRows {
  void* values = nullptr;
  float* scales = nullptr;
  std::uint32_t* sums = nullptr;
  std::int64_t stride = 0;
};

INFERLAB_HD inline std::int64_t q8_place(std::int64_t column) {
  const std::int64_t in = column % 128;
  const std::int64_t k = in % 32;
  return column - in + k % 16 / 4 * 32 + in / 32 * 8 + k / 16 * 4 + k % 4;
}

}  // namespace inferlab::cuda
