#pragma once

#include <cuda_runtime_api.h>

#include <cstdint>

#include "engine/backend/cuda/numeric.h"
#include "engine/base/result.h"

namespace inferlab::cuda {

/// The sine and cosine of x for |x| <= 2^30: the operations of stable_sincos(), in their order, so
/// the same bits on the device (which is told not to fuse multiplications and additions).
struct Turn {
  double cos, sin;
};
INFERLAB_HD inline Turn turn_of(double x) {
  constexpr double kHalfPiHead = 0x1.921fb54400000p+0;
  constexpr double kHalfPiMiddle = 0x1.0b4611a600000p-34;
  constexpr double kHalfPiTail = 0x1.3198a2e037073p-69;
  const double scaled = x * 0x1.45f306dc9c883p-1 + 0.5;
  auto whole = static_cast<long long>(scaled);
  if (static_cast<double>(whole) > scaled) --whole;  // the floor
  const auto n = static_cast<double>(whole);
  const double r = ((x - n * kHalfPiHead) - n * kHalfPiMiddle) - n * kHalfPiTail;
  const double r2 = r * r;
  double sin = 1.0;
  double cos = 1.0;
  for (int k = 18; k >= 2; k -= 2) {
    sin = 1.0 - sin * r2 / (k * (k + 1));
    cos = 1.0 - cos * r2 / ((k - 1) * k);
  }
  sin *= r;
  switch (whole & 3) {
    case 0:
      return {cos, sin};
    case 1:
      return {-sin, cos};
    case 2:
      return {-cos, -sin};
    default:
      return {sin, -cos};
  }
}

/// table[p][i] = cosine and sine of p * frequencies[i], times `magnitude`, for positions
/// [0, num_positions): what Rope::set_positions() computes, to the bit. Device pointers; returns
/// when the work is queued.
Result<void> rope_table(const double* frequencies, std::int64_t num_pairs, double magnitude,
                        std::int64_t num_positions, float2* table, cudaStream_t stream);

}  // namespace inferlab::cuda
