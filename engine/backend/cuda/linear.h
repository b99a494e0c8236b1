#pragma once

#include <cuda_runtime_api.h>

#include <cstdint>

#include "engine/backend/cuda/activation_rows.h"
#include "engine/backend/cuda/device_matrix.h"
#include "engine/base/result.h"

namespace inferlab::cuda {

/// y[r][i] = the product of row i of w and row r of x, for all `num_rows` rows of x, which are in
/// form_for(w.type). y is [num_rows, y_stride].
///
/// Every element is the same chain of operations whatever `num_rows` is and whatever the other rows
/// are: the columns are cut into kSlices pieces, a piece is summed from its first column to its
/// last, and the sums of the pieces are added as a tree. So the kernels for few and for many rows
/// may be exchanged for one another.
struct LinearArgs {
  DeviceMatrix w;
  ActivationRows x;
  std::int64_t num_rows;
  float* y;
  std::int64_t y_stride;
};
inline constexpr int kSlices = 8;

/// The piece `slice` of `count` chunks or units: [first, end).
INFERLAB_HD inline std::int64_t slice_begin(std::int64_t count, int slice) {
  return count * slice / kSlices;
}

// One for each way in which weights are stored; each in the file of its name. All return when the
// work is queued.
//
// F32 weights: products and sums in fp32, about 1e-6 relative to the reference.
Result<void> linear_f32(const LinearArgs& args, cudaStream_t stream);
// BF16 and F16 weights: tensor cores, sums in fp32. Of the order of 2^-9 (BF16) or 2^-12 (F16)
// relative to the reference, which is the rounding of x.
Result<void> linear_half(const LinearArgs& args, cudaStream_t stream);
// Quantised weights: exact integer products of each 32 columns, sums in fp32: about 1e-6 relative
// to the product of the weights with the quantised x, of the order of 1e-2 with x itself.
Result<void> linear_q8_0(const LinearArgs& args, cudaStream_t stream);
Result<void> linear_q4_0(const LinearArgs& args, cudaStream_t stream);
Result<void> linear_q4_k(const LinearArgs& args, cudaStream_t stream);
Result<void> linear_q5_k(const LinearArgs& args, cudaStream_t stream);
Result<void> linear_q6_k(const LinearArgs& args, cudaStream_t stream);

/// The one for args.w.type. Checks: num_rows < 2^18 (what a grid takes).
Result<void> linear(const LinearArgs& args, cudaStream_t stream);

}  // namespace inferlab::cuda
