#pragma once

#include <bit>
#include <cstdint>

namespace inferlab {

/// The upper half of a single-precision number.
using BFloat16 = std::uint16_t;

/// Exact.
inline float bfloat16_to_float(BFloat16 bits) {
  return std::bit_cast<float>(static_cast<std::uint32_t>(bits) << 16);
}

/// Rounds to the nearest, ties to even; NaN stays one.
inline BFloat16 float_to_bfloat16(float value) {
  const auto bits = std::bit_cast<std::uint32_t>(value);
  if ((bits & 0x7fffffffU) > 0x7f800000U) return static_cast<BFloat16>(bits >> 16 | 0x40U);
  return static_cast<BFloat16>((bits + 0x7fffU + (bits >> 16 & 1U)) >> 16);
}

}  // namespace inferlab
