#pragma once

#include <algorithm>
#include <cmath>
#include <cstdint>
#include <span>

namespace inferlab {

/// Keys or values of one head at one position in 8 bits: the nearest multiples of a 127th of the
/// largest magnitude. Returns that 127th; `quants` has as many elements. What is not finite becomes
/// 0 beside finite ones.
inline float quantize_head(std::span<const float> values, std::int8_t* quants) {
  float largest = 0.0F;
  for (const float value : values) {
    if (std::isfinite(value)) largest = std::max(largest, std::abs(value));
  }
  const float scale = largest / 127.0F;
  const float inverse = scale > 0.0F ? 1.0F / scale : 0.0F;
  for (const float value : values) {
    const float steps = std::isfinite(value) ? std::clamp(value * inverse, -127.0F, 127.0F) : 0.0F;
    *quants++ = static_cast<std::int8_t>(std::lround(steps));
  }
  return scale;
}

}  // namespace inferlab
