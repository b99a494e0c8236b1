#pragma once

#include <cuda_runtime_api.h>

#include <cstdint>

#include "engine/backend/cuda/activation_rows.h"
#include "engine/base/result.h"

namespace inferlab::cuda {

/// What reference::rms_norm computes, with the addition to the residual stream that comes before
/// it. Pointers are to device memory.
struct RmsNormArgs {
  float* hidden;                 // [rows, width]: the residual stream
  const float* delta = nullptr;  // [rows, width]: first added to it; null: nothing
  const float* weight;           // [width]
  float eps;
  std::int64_t num_rows;  // of the result
  std::int64_t width;
  /// Which rows of hidden are wanted; null: the first ones, and then the sums go back to hidden.
  const std::int32_t* rows = nullptr;
  Form form = Form::kF32;
  ActivationRows out;  // [num_rows, width]
};

/// Sums in another order than the CPU, so results agree to about 1e-6 relative, not to the bit; a
/// row's are the same whatever else is computed. Returns when the work is queued.
/// Checks: 0 <= num_rows < 2^31, width > 0.
Result<void> rms_norm(const RmsNormArgs& args, cudaStream_t stream);

}  // namespace inferlab::cuda
