#pragma once

#include <bit>
#include <cstdint>

namespace inferlab {

/// FP8 E4M3 as GPUs have it: no infinity, NaN is 0x7f with either sign, the largest is 448.
/// Source: Micikevicius et al., "FP8 Formats for Deep Learning", 2022.
using Fp8 = std::uint8_t;

/// Exact.
inline float fp8_to_float(Fp8 fp8) {
  const std::uint32_t sign = (static_cast<std::uint32_t>(fp8) & 0x80U) << 24;
  const std::uint32_t magnitude = static_cast<std::uint32_t>(fp8) & 0x7fU;
  // With the exponent still 120 too small; scaling corrects it and normalises subnormals.
  const float scaled = std::bit_cast<float>(magnitude << 20) * 0x1p120F;
  const std::uint32_t special = magnitude == 0x7fU ? 0x7fc00000U : 0U;
  return std::bit_cast<float>(std::bit_cast<std::uint32_t>(scaled) | special | sign);
}

/// Rounds to the nearest, ties to even; too large, infinity too, becomes the largest.
inline Fp8 float_to_fp8(float value) {
  const auto bits = std::bit_cast<std::uint32_t>(value);
  const auto sign = static_cast<Fp8>(bits >> 24 & 0x80U);
  const std::uint32_t magnitude = bits & 0x7fffffffU;
  if (magnitude > 0x7f800000U) return sign | Fp8{0x7f};
  if (magnitude >= 0x43e00000U) return sign | Fp8{0x7e};  // 448
  if (magnitude < 0x3c800000U) {                          // 2^-6, the least that is normal
    // The unit of 2^14 in single precision is 2^-9, as here.
    const float rounded = std::bit_cast<float>(magnitude) + 0x1p14F;
    return static_cast<Fp8>(sign | (std::bit_cast<std::uint32_t>(rounded) - 0x46800000U));
  }
  const std::uint32_t rounded = magnitude + 0x7ffffU + (magnitude >> 20 & 1U);
  return static_cast<Fp8>(sign | ((rounded >> 20) - (120U << 3)));
}

}  // namespace inferlab
