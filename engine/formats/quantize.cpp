#include "engine/formats/quantize.h"

#include <algorithm>
#include <array>
#include <bit>
#include <cmath>
#include <cstdint>
#include <type_traits>

#include "engine/base/check.h"
#include "engine/formats/bfloat16.h"
#include "engine/formats/half.h"
#include "engine/formats/q8_0.h"

namespace inferlab {
namespace {

constexpr std::size_t kSlab = 32;
constexpr std::size_t kSuper = 256;
constexpr std::size_t kSlabs = kSuper / kSlab;

template <typename T>
void append(std::vector<std::byte>& out, const T& value) {
  static_assert(std::is_trivially_copyable_v<T>);
  const auto bytes = std::as_bytes(std::span(&value, 1));
  out.insert(out.end(), bytes.begin(), bytes.end());
}

float finite(float value) {
  return std::isfinite(value) ? value : 0.0F;
}

/// The nearest whole number from `least` to `most`.
int nearest(float value, int least, int most) {
  return std::clamp(static_cast<int>(std::nearbyint(value)), least, most);
}

/// The value of largest magnitude, with its sign.
float extreme(std::span<const float> values) {
  float found = 0.0F;
  for (const float value : values) {
    if (std::abs(finite(value)) > std::abs(found)) found = value;
  }
  return found;
}

void encode_q4_0(std::span<const float> block, std::vector<std::byte>& out) {
  // The extreme becomes -8, which has no counterpart on the other side.
  const float scale = extreme(block) / -8.0F;
  const float inverse = scale != 0.0F ? 1.0F / scale : 0.0F;
  append(out, float_to_half(scale));
  for (std::size_t i = 0; i < kSlab / 2; ++i) {
    const int low = nearest(finite(block[i]) * inverse, -8, 7) + 8;
    const int high = nearest(finite(block[i + kSlab / 2]) * inverse, -8, 7) + 8;
    append(out, static_cast<std::uint8_t>(low | (high << 4)));
  }
}

/// Scales and minima of the eight slabs of a block in 6 bits, and what they are multiples of.
struct SlabScales {
  Half scale;
  Half minimum;
  std::array<std::uint8_t, kSlabs> scales;
  std::array<std::uint8_t, kSlabs> minima;
};

SlabScales fit_slabs(std::span<const float> block, int most_quant) {
  std::array<float, kSlabs> scales{};
  std::array<float, kSlabs> minima{};
  for (std::size_t s = 0; s < kSlabs; ++s) {
    float least = 0.0F;
    float most = 0.0F;
    for (const float value : block.subspan(s * kSlab, kSlab)) {
      least = std::min(least, finite(value));
      most = std::max(most, finite(value));
    }
    scales[s] = (most - least) / static_cast<float>(most_quant);
    minima[s] = -least;
  }
  const float scale = *std::ranges::max_element(scales) / 63.0F;
  const float minimum = *std::ranges::max_element(minima) / 63.0F;
  SlabScales fit{
      .scale = float_to_half(scale), .minimum = float_to_half(minimum), .scales = {}, .minima = {}};
  for (std::size_t s = 0; s < kSlabs; ++s) {
    const auto multiple = [](float value, float unit) {
      return static_cast<std::uint8_t>(unit > 0.0F ? nearest(value / unit, 0, 63) : 0);
    };
    fit.scales[s] = multiple(scales[s], scale);
    fit.minima[s] = multiple(minima[s], minimum);
  }
  return fit;
}

/// Byte layout: see read_q4_or_q5_k() in quants.cpp.
void encode_k(std::span<const float> block, bool five_bits, std::vector<std::byte>& out) {
  const int most = five_bits ? 31 : 15;
  const SlabScales fit = fit_slabs(block, most);
  std::array<std::uint8_t, 12> packed{};
  for (std::size_t s = 0; s < 4; ++s) {
    packed[s] = static_cast<std::uint8_t>(fit.scales[s] | (fit.scales[s + 4] >> 4 << 6));
    packed[s + 4] = static_cast<std::uint8_t>(fit.minima[s] | (fit.minima[s + 4] >> 4 << 6));
    packed[s + 8] =
        static_cast<std::uint8_t>((fit.scales[s + 4] & 15U) | ((fit.minima[s + 4] & 15U) << 4));
  }
  std::array<std::uint8_t, kSlab> high_bits{};
  std::array<std::uint8_t, kSuper / 2> low_bits{};
  for (std::size_t s = 0; s < kSlabs; ++s) {
    const float scale = half_to_float(fit.scale) * static_cast<float>(fit.scales[s]);
    const float minimum = half_to_float(fit.minimum) * static_cast<float>(fit.minima[s]);
    for (std::size_t i = 0; i < kSlab; ++i) {
      const float above = finite(block[s * kSlab + i]) + minimum;
      const auto quant = static_cast<unsigned>(scale > 0.0F ? nearest(above / scale, 0, most) : 0);
      std::uint8_t& low = low_bits[s / 2 * kSlab + i];
      low = static_cast<std::uint8_t>(low | ((quant & 15U) << (s % 2 * 4)));
      high_bits[i] = static_cast<std::uint8_t>(high_bits[i] | (quant >> 4 << s));
    }
  }
  append(out, fit.scale);
  append(out, fit.minimum);
  append(out, packed);
  if (five_bits) append(out, high_bits);
  append(out, low_bits);
}

/// Byte layout: see read_q6_k() in quants.cpp.
void encode_q6_k(std::span<const float> block, std::vector<std::byte>& out) {
  constexpr std::size_t kPart = 16;
  std::array<float, kSuper / kPart> scales{};
  for (std::size_t p = 0; p < scales.size(); ++p) {
    scales[p] = extreme(block.subspan(p * kPart, kPart)) / -32.0F;
  }
  const Half unit = float_to_half(extreme(scales) / -128.0F);
  const float step = half_to_float(unit);
  std::array<std::int8_t, kSuper / kPart> multiples{};
  std::array<std::uint8_t, 128> low_bits{};
  std::array<std::uint8_t, 64> high_bits{};
  for (std::size_t p = 0; p < scales.size(); ++p) {
    multiples[p] =
        static_cast<std::int8_t>(step != 0.0F ? nearest(scales[p] / step, -128, 127) : 0);
    const float scale = step * static_cast<float>(multiples[p]);
    for (std::size_t i = p * kPart; i < (p + 1) * kPart; ++i) {
      const int value = scale != 0.0F ? nearest(finite(block[i]) / scale, -32, 31) : 0;
      const auto quant = static_cast<unsigned>(value + 32);
      const std::size_t half = i / 128;
      const std::size_t part = i / kSlab % 4;
      std::uint8_t& low = low_bits[half * 64 + part % 2 * kSlab + i % kSlab];
      std::uint8_t& high = high_bits[half * kSlab + i % kSlab];
      low = static_cast<std::uint8_t>(low | ((quant & 15U) << (part / 2 * 4)));
      high = static_cast<std::uint8_t>(high | (quant >> 4 << (2 * part)));
    }
  }
  append(out, low_bits);
  append(out, high_bits);
  append(out, multiples);
  append(out, unit);
}

}  // namespace

void encode_elements(TensorType type, std::span<const float> values, std::vector<std::byte>& out) {
  const TensorBlock block = tensor_block(type);
  const auto length = static_cast<std::size_t>(block.elements);
  INFERLAB_CHECK(values.size() % length == 0);
  for (std::size_t i = 0; i < values.size(); i += length) {
    const auto part = values.subspan(i, length);
    switch (type) {
      case TensorType::kF32:
        append(out, part[0]);
        break;
      case TensorType::kF16:
        append(out, float_to_half(part[0]));
        break;
      case TensorType::kBF16:
        append(out, float_to_bfloat16(part[0]));
        break;
      case TensorType::kQ8_0: {
        Q8Block quantized;
        quantize_q8(part, std::span(&quantized, 1));
        append(out, quantized);
        break;
      }
      case TensorType::kQ4_0:
        encode_q4_0(part, out);
        break;
      case TensorType::kQ4_K:
        encode_k(part, /*five_bits=*/false, out);
        break;
      case TensorType::kQ5_K:
        encode_k(part, /*five_bits=*/true, out);
        break;
      case TensorType::kQ6_K:
        encode_q6_k(part, out);
        break;
    }
  }
}

}  // namespace inferlab
