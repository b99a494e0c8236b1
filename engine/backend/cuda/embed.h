#pragma once

#include <cuda_runtime_api.h>

#include <cstdint>

#include "engine/backend/cuda/device_matrix.h"
#include "engine/base/result.h"

namespace inferlab::cuda {

/// hidden[r] = the row token_ids[r] of the matrix, any type: the bits of reference::decode_row.
/// Device pointers; hidden is [num_rows, matrix.columns]. Returns when the work is queued.
Result<void> embed(const DeviceMatrix& matrix, const std::int32_t* token_ids, std::int64_t num_rows,
                   float* hidden, cudaStream_t stream);

}  // namespace inferlab::cuda
