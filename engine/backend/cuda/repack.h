#pragma once

#include <cuda_runtime_api.h>

#include <cstdint>

#include "engine/backend/cuda/packed_layout.h"
#include "engine/base/result.h"

namespace inferlab::cuda {

/// Writes the rows of a quantised matrix, as the file has them, in the form of packed_layout.h: the
/// tiles from `first_tile` on of the matrix at `packed`. raw.data, in the device's memory, begins
/// with row 16 * first_tile, and raw.rows counts from there. Returns when the work is queued.
Result<void> repack(const RawRows& raw, std::int64_t first_tile, std::uint8_t* packed,
                    cudaStream_t stream);

}  // namespace inferlab::cuda
