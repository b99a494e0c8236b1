#pragma once

#include <bit>
#include <cstdint>

namespace inferlab {

/// IEEE 754 binary16, as GGUF stores it.
using Half = std::uint16_t;

/// Exact. Without branches, so that a loop over it can be vectorised.
inline float half_to_float(Half half) {
  const std::uint32_t sign = (static_cast<std::uint32_t>(half) & 0x8000U) << 16;
  const std::uint32_t magnitude = static_cast<std::uint32_t>(half) & 0x7fffU;
  // Exponent and mantissa moved to their places, with the exponent still 112 too small; scaling by
  // 2^112 corrects it and normalises subnormals on the way.
  const float scaled = std::bit_cast<float>(magnitude << 13) * 0x1p112F;
  // Infinity and NaN: the scaled exponent is 143, it must be 255.
  const std::uint32_t special = magnitude >= 0x7c00U ? 0x7f800000U : 0U;
  return std::bit_cast<float>(std::bit_cast<std::uint32_t>(scaled) | special | sign);
}

/// Rounds to the nearest, ties to even; too large becomes infinity.
Half float_to_half(float value);

}  // namespace inferlab
