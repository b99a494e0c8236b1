#pragma once

#include <cuda_runtime_api.h>

#include <cstdint>

#include "engine/backend/cuda/device_matrix.h"
#include "engine/base/result.h"

namespace inferlab::cuda {

/// A packed matrix as BF16, row-major, for a library's GEMM: `out` is [matrix.rows,
/// matrix.columns]. Returns when the work is queued.
Result<void> dequantize(const DeviceMatrix& matrix, std::uint16_t* out, cudaStream_t stream);

}  // namespace inferlab::cuda
