#pragma once

#include "engine/backend/cuda/activation_rows.h"
#include "engine/backend/cuda/device.h"

namespace inferlab::cuda {

/// The 32 columns from 32 * slab on of a row of activations; lane i brings column i. All lanes of
/// the warp call it together. Included by .cu files alone.
template <Form kForm>
__device__ inline void store_slab(const ActivationRows& to, std::int64_t row, std::int64_t slab,
                                  float value) {
  const std::int64_t at = row * to.stride + slab * kWarp + lane_id();
  if constexpr (kForm == Form::kF32) {
    static_cast<float*>(to.values)[at] = value;
  } else if constexpr (kForm == Form::kBF16) {
    static_cast<std::uint16_t*>(to.values)[at] = bf16_from_float(value);
  } else if constexpr (kForm == Form::kF16) {
    static_cast<std::uint16_t*>(to.values)[at] = f16_from_float(within_f16(value));
  } else {
    const float largest = warp_max(fabsf(value));
    const float inverse = largest > 0.0F ? 127.0F / largest : 0.0F;
    const float scaled = fminf(fmaxf(rintf(value * inverse), -127.0F), 127.0F);
    const int quant = static_cast<int>(scaled);
    int sum = quant;
    for (int offset = 8; offset > 0; offset /= 2) sum += __shfl_xor_sync(kAllLanes, sum, offset);
    const int second = __shfl_sync(kAllLanes, sum, 16);
    static_cast<std::int8_t*>(to.values)[row * to.stride + q8_place(slab * kWarp + lane_id())] =
        static_cast<std::int8_t>(quant);
    if (lane_id() == 0) {
      const std::int64_t index = row * (to.stride / kWarp) + slab;
      to.scales[index] = float_from_f16(f16_from_float(largest / 127.0F));
      to.sums[index] =
          (static_cast<std::uint32_t>(sum) & 0xffffU) | static_cast<std::uint32_t>(second) << 16;
    }
  }
}

/// Calls `body` with the form as a constant.
template <typename Body>
auto with_form(Form form, const Body& body) {
  switch (form) {
    case Form::kF32:
      return body.template operator()<Form::kF32>();
    case Form::kBF16:
      return body.template operator()<Form::kBF16>();
    case Form::kF16:
      return body.template operator()<Form::kF16>();
    case Form::kQ8:
      break;
  }
  return body.template operator()<Form::kQ8>();
}

}  // namespace inferlab::cuda
