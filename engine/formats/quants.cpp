#include "engine/formats/quants.h"

#include <algorithm>
#include <bit>
#include <cstring>

#include "engine/base/check.h"
#include "engine/formats/q8_0.h"

namespace inferlab {
namespace {

constexpr std::int64_t kSlab = 32;
constexpr std::int64_t kSlabsOfSuper = 8;

std::uint8_t byte_at(const std::byte* from, std::int64_t index) {
  return std::to_integer<std::uint8_t>(from[index]);
}
Half half_at(const std::byte* from) {
  Half half = 0;
  std::memcpy(&half, from, sizeof half);
  return half;
}

/// Half the elements in low nibbles, half in high ones; `high` says which half is wanted.
std::uint8_t nibble(const std::byte* from, std::int64_t index, bool high) {
  const std::uint8_t both = byte_at(from, index);
  return high ? static_cast<std::uint8_t>(both >> 4) : static_cast<std::uint8_t>(both & 0x0fU);
}

QuantSlab read_q8_0(const std::byte* row, std::int64_t slab) {
  Q8Block block;
  std::memcpy(&block, row + slab * std::int64_t{sizeof block}, sizeof block);
  return {.quants = block.quants,
          .block_scale = block.scale,
          .block_minimum = 0,
          .slab_scale = {1, 1},
          .slab_minimum = 0};
}

/// One scale, then 16 bytes: elements 0 to 15 in the low nibbles, 16 to 31 in the high ones.
QuantSlab read_q4_0(const std::byte* row, std::int64_t slab) {
  const std::byte* block = row + slab * 18;
  QuantSlab out{.quants = {},
                .block_scale = half_at(block),
                .block_minimum = 0,
                .slab_scale = {1, 1},
                .slab_minimum = 0};
  for (std::int64_t i = 0; i < kSlab; ++i) {
    out.quants[i] = static_cast<std::int8_t>(nibble(block + 2, i % 16, i >= 16) - 8);
  }
  return out;
}

struct ScaleAndMinimum {
  std::uint8_t scale;
  std::uint8_t minimum;
};
/// Eight scales and eight minima of 6 bits in 12 bytes: the first four of each in the low bits of
/// bytes 0 to 7; of the others the low four bits in bytes 8 to 11, the high two in the high bits of
/// bytes 0 to 7.
ScaleAndMinimum k_scale(const std::byte* packed, std::int64_t index) {
  if (index < 4) {
    return {.scale = static_cast<std::uint8_t>(byte_at(packed, index) & 63U),
            .minimum = static_cast<std::uint8_t>(byte_at(packed, index + 4) & 63U)};
  }
  const unsigned low = byte_at(packed, index + 4);
  return {
      .scale = static_cast<std::uint8_t>((low & 0x0fU) | (byte_at(packed, index - 4) >> 6 << 4)),
      .minimum = static_cast<std::uint8_t>((low >> 4) | (byte_at(packed, index) >> 6 << 4))};
}

/// Scale, scale of the minima, 12 bytes of scales, for Q5_K 32 bytes of fifth bits, 128 bytes of
/// nibbles: 64 elements take 32 bytes, the first 32 in the low nibbles.
QuantSlab read_q4_or_q5_k(TensorType type, const std::byte* row, std::int64_t slab) {
  const bool five = type == TensorType::kQ5_K;
  const std::byte* block = row + slab / kSlabsOfSuper * tensor_block(type).bytes;
  const std::int64_t index = slab % kSlabsOfSuper;
  const ScaleAndMinimum scales = k_scale(block + 4, index);
  const std::byte* high_bits = block + 16;
  const std::byte* low_bits = block + (five ? 48 : 16) + index / 2 * kSlab;
  QuantSlab out{.quants = {},
                .block_scale = half_at(block),
                .block_minimum = half_at(block + 2),
                .slab_scale = {static_cast<std::int8_t>(scales.scale),
                               static_cast<std::int8_t>(scales.scale)},
                .slab_minimum = scales.minimum};
  for (std::int64_t i = 0; i < kSlab; ++i) {
    unsigned quant = nibble(low_bits, i, index % 2 == 1);
    if (five) quant |= (byte_at(high_bits, i) >> index & 1U) << 4;
    out.quants[i] = static_cast<std::int8_t>(quant);
  }
  return out;
}

/// 128 bytes of nibbles, 64 bytes of high bits, 16 signed scales, scale. Each half of the block,
/// 128 elements: slabs 0 and 1 in the low nibbles of 64 bytes, 2 and 3 in the high ones; the two
/// high bits of element i of slab s are bits 2 s and 2 s + 1 of byte i.
QuantSlab read_q6_k(const std::byte* row, std::int64_t slab) {
  const std::byte* block = row + slab / kSlabsOfSuper * 210;
  const std::int64_t index = slab % kSlabsOfSuper;
  const std::int64_t half = index / 4;
  const std::int64_t part = index % 4;
  const std::byte* low_bits = block + half * 64 + part % 2 * kSlab;
  const std::byte* high_bits = block + 128 + half * kSlab;
  const std::byte* scales = block + 192 + index * 2;
  QuantSlab out{.quants = {},
                .block_scale = half_at(block + 208),
                .block_minimum = 0,
                .slab_scale = {static_cast<std::int8_t>(byte_at(scales, 0)),
                               static_cast<std::int8_t>(byte_at(scales, 1))},
                .slab_minimum = 0};
  for (std::int64_t i = 0; i < kSlab; ++i) {
    const unsigned high = byte_at(high_bits, i) >> (2 * part) & 3U;
    const unsigned quant = nibble(low_bits, i, part >= 2) | (high << 4);
    out.quants[i] = static_cast<std::int8_t>(static_cast<int>(quant) - 32);
  }
  return out;
}

}  // namespace

float QuantSlab::value(std::size_t index) const {
  const float scale = half_to_float(block_scale) * static_cast<float>(slab_scale[index / 16]);
  const float minimum = half_to_float(block_minimum) * static_cast<float>(slab_minimum);
  return scale * static_cast<float>(quants[index]) - minimum;
}

QuantSlab read_slab(TensorType type, const std::byte* row, std::int64_t slab) {
  switch (type) {
    case TensorType::kQ8_0:
      return read_q8_0(row, slab);
    case TensorType::kQ4_0:
      return read_q4_0(row, slab);
    case TensorType::kQ4_K:
    case TensorType::kQ5_K:
      return read_q4_or_q5_k(type, row, slab);
    case TensorType::kQ6_K:
      return read_q6_k(row, slab);
    case TensorType::kF32:
    case TensorType::kF16:
    case TensorType::kBF16:
      break;
  }
  INFERLAB_CHECK(false);
}

void decode_elements(TensorType type, const std::byte* row, std::span<float> out) {
  switch (type) {
    case TensorType::kF32:
      std::memcpy(out.data(), row, out.size_bytes());
      return;
    case TensorType::kF16:
      for (std::size_t i = 0; i < out.size(); ++i) {
        out[i] = half_to_float(half_at(row + i * sizeof(Half)));
      }
      return;
    case TensorType::kBF16:
      for (std::size_t i = 0; i < out.size(); ++i) {
        const std::uint32_t bits = half_at(row + i * sizeof(Half));
        out[i] = std::bit_cast<float>(bits << 16);
      }
      return;
    default:
      break;
  }
  INFERLAB_CHECK(std::ssize(out) % tensor_block(type).elements == 0);
  for (std::int64_t slab = 0; slab < std::ssize(out) / kSlab; ++slab) {
    const QuantSlab values = read_slab(type, row, slab);
    for (std::size_t i = 0; i < kSlab; ++i) out[slab * kSlab + i] = values.value(i);
  }
}

}  // namespace inferlab
