#pragma once

#include <cuda_runtime_api.h>

#include <cstdint>

#include "engine/backend/cuda/activation_rows.h"
#include "engine/base/result.h"

namespace inferlab::cuda {

/// out[r][i] = silu(gate_up[r][i]) * gate_up[r][width + i], what reference::swiglu computes, to
/// about 1e-6 relative. gate_up is [num_rows, 2 * width]. Returns when the work is queued.
Result<void> swiglu(const float* gate_up, std::int64_t num_rows, std::int64_t width, Form form,
                    const ActivationRows& out, cudaStream_t stream);

}  // namespace inferlab::cuda
