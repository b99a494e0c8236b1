#pragma once

#include <cstdint>

#include "engine/base/result.h"

namespace inferlab::cuda {

/// What reference::rms_norm computes, on pointers to device memory: out[r][i] = x[r][i] /
/// sqrt(mean of x[r]^2 + eps) * weight[i] for `num_rows` rows of any `width`, fp32, out may be x.
/// Sums in another order than the CPU, so results agree to about 1e-6 relative, not to the bit.
/// Returns when the work is queued on the default stream; kUnavailable when it cannot be.
/// Checks: 0 <= num_rows < 2^31, width > 0.
Result<void> rms_norm(const float* x, const float* weight, float eps, std::int64_t num_rows,
                      std::int64_t width, float* out);

}  // namespace inferlab::cuda
