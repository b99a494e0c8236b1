#pragma once

#include <cstdint>

namespace inferlab::reference {

/// out[r][i] = x[r][i] / sqrt(mean of x[r]^2 + eps) * weight[i] for `num_rows` rows of `width`
/// elements, row-major; out may be x. Source: Zhang and Sennrich, "Root Mean Square Layer
/// Normalization", 2019.
void rms_norm(const float* x, const float* weight, float eps, std::int64_t num_rows,
              std::int64_t width, float* out);

}  // namespace inferlab::reference
