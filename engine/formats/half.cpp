#include "engine/formats/half.h"

namespace inferlab {

Half float_to_half(float value) {
  const auto bits = std::bit_cast<std::uint32_t>(value);
  const std::uint32_t sign = (bits >> 16) & 0x8000U;
  const std::uint32_t magnitude = bits & 0x7fffffffU;
  if (magnitude > 0x7f800000U) return static_cast<Half>(sign | 0x7e00U);   // NaN
  if (magnitude >= 0x47800000U) return static_cast<Half>(sign | 0x7c00U);  // 65536 and more
  if (magnitude < 0x38800000U) {
    // Subnormal halves are multiples of 2^-24: adding 0.5 makes the float adder round to just that.
    const float shifted = std::bit_cast<float>(magnitude) + 0.5F;
    return static_cast<Half>(sign | (std::bit_cast<std::uint32_t>(shifted) - 0x3f000000U));
  }
  // A carry out of the mantissa goes into the exponent, up to infinity, as it should.
  const std::uint32_t rounded = magnitude + 0xfffU + ((magnitude >> 13) & 1U);
  return static_cast<Half>(sign | ((rounded >> 13) - (112U << 10)));
}

}  // namespace inferlab
