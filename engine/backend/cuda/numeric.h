#pragma once

#include <cstdint>
#include <cstring>

// For what runs on the device and, in tests and on loading, on the host.
#ifdef __CUDACC__
#define INFERLAB_HD __host__ __device__
#else
#define INFERLAB_HD
#endif

namespace inferlab::cuda {

INFERLAB_HD inline std::uint32_t bits_of(float value) {
  std::uint32_t bits = 0;
  memcpy(&bits, &value, sizeof bits);
  return bits;
}
INFERLAB_HD inline float float_of(std::uint32_t bits) {
  float value = 0;
  memcpy(&value, &bits, sizeof value);
  return value;
}

/// As half_to_float() of engine/formats: exact.
INFERLAB_HD inline float float_from_f16(std::uint16_t half) {
#ifdef __CUDA_ARCH__
  float value = 0;
  asm("cvt.f32.f16 %0, %1;" : "=f"(value) : "h"(half));
  return value;
#else
  const std::uint32_t magnitude = half & 0x7fffU;
  const float scaled = float_of(magnitude << 13) * 0x1p112F;
  const std::uint32_t special = magnitude >= 0x7c00U ? 0x7f800000U : 0U;
  return float_of(bits_of(scaled) | special | (half & 0x8000U) << 16);
#endif
}

/// As float_to_half() of engine/formats: to the nearest, ties to even.
INFERLAB_HD inline std::uint16_t f16_from_float(float value) {
#ifdef __CUDA_ARCH__
  std::uint16_t half = 0;
  asm("cvt.rn.f16.f32 %0, %1;" : "=h"(half) : "f"(value));
  return half;
#else
  const std::uint32_t bits = bits_of(value);
  const std::uint32_t sign = (bits >> 16) & 0x8000U;
  const std::uint32_t magnitude = bits & 0x7fffffffU;
  if (magnitude > 0x7f800000U) return static_cast<std::uint16_t>(sign | 0x7e00U);
  if (magnitude >= 0x47800000U) return static_cast<std::uint16_t>(sign | 0x7c00U);
  if (magnitude < 0x38800000U) {
    return static_cast<std::uint16_t>(sign | (bits_of(float_of(magnitude) + 0.5F) - 0x3f000000U));
  }
  const std::uint32_t rounded = magnitude + 0xfffU + ((magnitude >> 13) & 1U);
  return static_cast<std::uint16_t>(sign | ((rounded >> 13) - (112U << 10)));
#endif
}

/// What a half can hold: a value beyond it becomes the largest, not infinity.
INFERLAB_HD inline float within_f16(float value) {
  constexpr float kMost = 65504.0F;
  return value > kMost ? kMost : value < -kMost ? -kMost : value;
}

INFERLAB_HD inline float float_from_bf16(std::uint16_t bits) {
  return float_of(std::uint32_t{bits} << 16);
}
/// To the nearest, ties to even; NaN stays one.
INFERLAB_HD inline std::uint16_t bf16_from_float(float value) {
  const std::uint32_t bits = bits_of(value);
  if ((bits & 0x7fffffffU) > 0x7f800000U) return static_cast<std::uint16_t>(bits >> 16 | 0x40U);
  return static_cast<std::uint16_t>((bits + 0x7fffU + (bits >> 16 & 1U)) >> 16);
}

/// As float_to_fp8() of engine/formats: E4M3 to the nearest, ties to even, at most 448.
INFERLAB_HD inline std::uint8_t fp8_from_float(float value) {
  const std::uint32_t bits = bits_of(value);
  const std::uint32_t sign = bits >> 24 & 0x80U;
  const std::uint32_t magnitude = bits & 0x7fffffffU;
  if (magnitude > 0x7f800000U) return static_cast<std::uint8_t>(sign | 0x7fU);
  if (magnitude >= 0x43e00000U) return static_cast<std::uint8_t>(sign | 0x7eU);
  if (magnitude < 0x3c800000U) {
    const std::uint32_t rounded = bits_of(float_of(magnitude) + 0x1p14F) - 0x46800000U;
    return static_cast<std::uint8_t>(sign | rounded);
  }
  const std::uint32_t rounded = magnitude + 0x7ffffU + (magnitude >> 20 & 1U);
  return static_cast<std::uint8_t>(sign | ((rounded >> 20) - (120U << 3)));
}
/// Two E4M3 elements, in the low bytes of the halves of a word, as two F16 elements whose exponents
/// are 8 too small: they are to be multiplied by kFp8Unit. NaN stays one.
INFERLAB_HD inline std::uint32_t f16_pair_from_fp8(std::uint32_t pair) {
  const std::uint32_t magnitudes = pair & 0x007f007fU;
  const std::uint32_t nan = (magnitudes + 0x00010001U) & 0x00800080U;
  return magnitudes << 7 | (pair & 0x00800080U) << 8 | nan << 7;
}
inline constexpr float kFp8Unit = 256.0F;

INFERLAB_HD inline std::int64_t ceil_div(std::int64_t a, std::int64_t b) {
  return (a + b - 1) / b;
}
INFERLAB_HD inline std::int64_t round_up(std::int64_t a, std::int64_t b) {
  return ceil_div(a, b) * b;
}

}  // namespace inferlab::cuda
