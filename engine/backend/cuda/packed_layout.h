#pragma once

#include <cstddef>
#include <cstdint>

#include "engine/backend/cuda/numeric.h"
#include "engine/formats/tensor_type.h"

namespace inferlab::cuda {

// How quantised matrices stand in the device's memory: in tiles of 16 rows, each of units of 128
// (Q8_0, Q4_0) or 256 columns, so that what a lane needs of a tile for mma.m16n8k32 is in 16
// consecutive bytes and a warp reads 512 bytes at a time. What a unit has, in this order:
//
//   quants    of each 32 columns (a chunk) 16 bytes a lane for Q8_0: its four registers. Else the
//             low four bits: 8 bytes a lane, of two chunks in 16 bytes; the low nibbles of a byte
//             are of the row lane / 4, the high ones of the row 8 below
//   high bits Q5_K: 16 bytes a lane; bit 8 b + j of word w is of byte b of register j % 4 of chunk
//             2 w + j / 4. Q6_K: twice 16 bytes a lane; bits 8 b + 2 r, 8 b + 2 r + 1 of word w of
//             the i-th are of byte b of register r of chunk 4 i + w
//   scales    Q8_0, Q4_0: a half for each chunk, the four of a row together. Q4_K, Q5_K: 16 bytes a
//             row: the scales of eight chunks, then their minima. Q6_K: 16 signed bytes a row, one
//             for each 16 columns
//   supers    Q4_K, Q5_K: the halves d, dmin of each row; Q6_K: d
//
// Rows and columns that the matrix lacks are zeros. Everything here also runs on the host.

inline constexpr std::int64_t kTileRows = 16;
inline constexpr std::int64_t kChunkColumns = 32;

template <TensorType kType>
struct PackedUnit;
template <>
struct PackedUnit<TensorType::kQ8_0> {
  static constexpr std::int64_t kColumns = 128, kHighBits = 2048, kScales = 2048, kSupers = 2176,
                                kBytes = 2176;
};
template <>
struct PackedUnit<TensorType::kQ4_0> {
  static constexpr std::int64_t kColumns = 128, kHighBits = 1024, kScales = 1024, kSupers = 1152,
                                kBytes = 1152;
};
template <>
struct PackedUnit<TensorType::kQ4_K> {
  static constexpr std::int64_t kColumns = 256, kHighBits = 2048, kScales = 2048, kSupers = 2304,
                                kBytes = 2368;
};
template <>
struct PackedUnit<TensorType::kQ5_K> {
  static constexpr std::int64_t kColumns = 256, kHighBits = 2048, kScales = 2560, kSupers = 2816,
                                kBytes = 2880;
};
template <>
struct PackedUnit<TensorType::kQ6_K> {
  static constexpr std::int64_t kColumns = 256, kHighBits = 2048, kScales = 3072, kSupers = 3328,
                                kBytes = 3360;
};

/// The offsets of PackedUnit for a type that is known when the program runs.
struct PackedOffsets {
  std::int64_t columns, high_bits, scales, supers, bytes;
};
template <TensorType kType>
INFERLAB_HD constexpr PackedOffsets packed_offsets() {
  using Unit = PackedUnit<kType>;
  return {Unit::kColumns, Unit::kHighBits, Unit::kScales, Unit::kSupers, Unit::kBytes};
}
INFERLAB_HD inline PackedOffsets packed_offsets(TensorType type) {
  switch (type) {
    case TensorType::kQ8_0:
      return packed_offsets<TensorType::kQ8_0>();
    case TensorType::kQ4_0:
      return packed_offsets<TensorType::kQ4_0>();
    case TensorType::kQ4_K:
      return packed_offsets<TensorType::kQ4_K>();
    case TensorType::kQ5_K:
      return packed_offsets<TensorType::kQ5_K>();
    default:
      return packed_offsets<TensorType::kQ6_K>();
  }
}

INFERLAB_HD inline bool is_packed(TensorType type) {
  return type != TensorType::kF32 && type != TensorType::kF16 && type != TensorType::kBF16;
}

/// Bytes of a tile of 16 rows, and of a whole matrix.
INFERLAB_HD inline std::int64_t packed_tile_bytes(TensorType type, std::int64_t columns) {
  const PackedOffsets unit = packed_offsets(type);
  return ceil_div(columns, unit.columns) * unit.bytes;
}
INFERLAB_HD inline std::int64_t packed_bytes(TensorType type, std::int64_t rows,
                                             std::int64_t columns) {
  return ceil_div(rows, kTileRows) * packed_tile_bytes(type, columns);
}

/// The rows of a quantised matrix as a GGUF file has them. Source: ggml's block formats; the same
/// facts as in engine/formats/quants.cpp, an element at a time.
struct RawRows {
  TensorType type;
  const std::uint8_t* data;
  std::int64_t rows, columns, row_bytes;

  INFERLAB_HD const std::uint8_t* block(std::int64_t row, std::int64_t column) const {
    const std::uint8_t* from = data + row * row_bytes;
    switch (type) {
      case TensorType::kQ8_0:
        return from + column / 32 * 34;
      case TensorType::kQ4_0:
        return from + column / 32 * 18;
      case TensorType::kQ4_K:
        return from + column / 256 * 144;
      case TensorType::kQ5_K:
        return from + column / 256 * 176;
      default:
        return from + column / 256 * 210;
    }
  }
  /// As stored, before a bias is taken off: a byte for Q8_0, else 4, 5 or 6 bits.
  INFERLAB_HD std::uint32_t quant(std::int64_t row, std::int64_t column) const {
    if (row >= rows || column >= columns) return 0;
    const std::uint8_t* from = block(row, column);
    const auto at = static_cast<std::uint32_t>(column % 256);
    const std::uint32_t in_block = at % 32;
    switch (type) {
      case TensorType::kQ8_0:
        return from[2 + in_block];
      case TensorType::kQ4_0:
        return from[2 + in_block % 16] >> (in_block / 16 * 4) & 15U;
      case TensorType::kQ4_K:
        return from[16 + at / 64 * 32 + in_block] >> (at / 32 % 2 * 4) & 15U;
      case TensorType::kQ5_K:
        return (from[48 + at / 64 * 32 + in_block] >> (at / 32 % 2 * 4) & 15U) |
               (from[16 + in_block] >> (at / 32) & 1U) << 4;
      default: {
        const std::uint32_t part = at % 128 / 32;
        const std::uint32_t low = from[at / 128 * 64 + part % 2 * 32 + in_block];
        const std::uint32_t high = from[128 + at / 128 * 32 + in_block];
        return (low >> (part / 2 * 4) & 15U) | (high >> (2 * part) & 3U) << 4;
      }
    }
  }
  INFERLAB_HD std::uint32_t half(std::int64_t row, std::int64_t column, std::int64_t offset) const {
    if (row >= rows || column >= columns) return 0;
    const std::uint8_t* from = block(row, column) + offset;
    return from[0] | std::uint32_t{from[1]} << 8;
  }
  /// A scale of 6 bits (`minimum`: a minimum) of the K-quants' slab at `column`; of Q6_K the signed
  /// byte of the 16 columns there.
  INFERLAB_HD std::uint32_t small_scale(std::int64_t row, std::int64_t column, bool minimum) const {
    if (row >= rows || column >= columns) return 0;
    const std::uint8_t* from = block(row, column);
    const auto at = static_cast<std::uint32_t>(column % 256);
    if (type == TensorType::kQ6_K) return from[192 + at / 16];
    const std::uint8_t* packed = from + 4;
    const std::uint32_t slab = at / 32;
    if (slab < 4) return packed[slab + (minimum ? 4 : 0)] & 63U;
    const std::uint32_t low = packed[slab + 4] >> (minimum ? 4 : 0) & 15U;
    return low | std::uint32_t{packed[slab - (minimum ? 0 : 4)]} >> 6 << 4;
  }
};

/// Where a lane's register of a fragment of 16 rows and 32 columns begins: four elements of a row.
struct FragmentPlace {
  std::int64_t row, column;
};
INFERLAB_HD inline FragmentPlace fragment_place(std::int64_t lane, std::int64_t reg) {
  return {lane / 4 + reg % 2 * 8, lane % 4 * 4 + reg / 2 * 16};
}

/// The 32-bit word `word` of a unit, gathered from the file's rows. This is what repacking is.
INFERLAB_HD inline std::uint32_t packed_word(const RawRows& raw, std::int64_t tile,
                                             std::int64_t unit, std::int64_t word) {
  const PackedOffsets offsets = packed_offsets(raw.type);
  const std::int64_t row0 = tile * kTileRows;
  const std::int64_t column0 = unit * offsets.columns;
  const std::int64_t byte = word * 4;
  std::uint32_t out = 0;
  if (byte < offsets.high_bits) {
    const std::int64_t lane = word % 128 / 4;
    const std::int64_t index = word % 4;
    if (raw.type == TensorType::kQ8_0) {
      const FragmentPlace at = fragment_place(lane, index);
      const std::int64_t column = column0 + word / 128 * kChunkColumns + at.column;
      for (int b = 0; b < 4; ++b) out |= raw.quant(row0 + at.row, column + b) << (8 * b);
      return out;
    }
    const std::int64_t chunk = word / 128 * 2 + index / 2;
    const FragmentPlace at = fragment_place(lane, index % 2 * 2);
    const std::int64_t column = column0 + chunk * kChunkColumns + at.column;
    for (int b = 0; b < 4; ++b) {
      const std::uint32_t low = raw.quant(row0 + at.row, column + b) & 15U;
      const std::uint32_t high = raw.quant(row0 + at.row + 8, column + b) & 15U;
      out |= (low | high << 4) << (8 * b);
    }
    return out;
  }
  if (byte < offsets.scales) {
    const std::int64_t at_word = (byte - offsets.high_bits) / 4;
    const std::int64_t lane = at_word % 128 / 4;
    const std::int64_t index = at_word % 4;
    const bool five = raw.type == TensorType::kQ5_K;
    for (int j = 0; j < (five ? 8 : 4); ++j) {
      const std::int64_t chunk = five ? 2 * index + j / 4 : at_word / 128 * 4 + index;
      const FragmentPlace at = fragment_place(lane, j % 4);
      const std::int64_t column = column0 + chunk * kChunkColumns + at.column;
      for (int b = 0; b < 4; ++b) {
        const std::uint32_t high = raw.quant(row0 + at.row, column + b) >> 4;
        out |= high << (8 * b + (five ? j : 2 * j));
      }
    }
    return out;
  }
  if (byte < offsets.supers) {
    const std::int64_t at_word = (byte - offsets.scales) / 4;
    if (offsets.columns == 128) {
      const std::int64_t row = row0 + at_word / 2;
      const std::int64_t column = column0 + at_word % 2 * 2 * kChunkColumns;
      return raw.half(row, column, 0) | raw.half(row, column + kChunkColumns, 0) << 16;
    }
    const std::int64_t row = row0 + at_word / 4;
    for (int b = 0; b < 4; ++b) {
      const std::int64_t index = at_word % 4 * 4 + b;
      const bool six = raw.type == TensorType::kQ6_K;
      const std::int64_t column = column0 + (six ? index * 16 : index % 8 * kChunkColumns);
      out |= raw.small_scale(row, column, !six && index >= 8) << (8 * b);
    }
    return out;
  }
  const std::int64_t at_word = (byte - offsets.supers) / 4;
  if (raw.type == TensorType::kQ6_K) {
    return raw.half(row0 + 2 * at_word, column0, 208) |
           raw.half(row0 + 2 * at_word + 1, column0, 208) << 16;
  }
  return raw.half(row0 + at_word, column0, 0) | raw.half(row0 + at_word, column0, 2) << 16;
}

/// An element of a packed matrix: the same bits as decode_elements() of engine/formats gives.
INFERLAB_HD inline float packed_value(TensorType type, const std::uint8_t* matrix,
                                      std::int64_t columns, std::int64_t row, std::int64_t column) {
  const PackedOffsets offsets = packed_offsets(type);
  const std::uint8_t* unit = matrix + row / kTileRows * packed_tile_bytes(type, columns) +
                             column / offsets.columns * offsets.bytes;
  const auto in_tile = static_cast<std::int64_t>(row % kTileRows);
  const std::int64_t in_unit = column % offsets.columns;
  const std::int64_t chunk = in_unit / kChunkColumns;
  const std::int64_t k = in_unit % kChunkColumns;
  const std::int64_t lane = in_tile % 8 * 4 + k % 16 / 4;
  const std::int64_t reg = in_tile / 8 + k / 16 * 2;
  const auto b = static_cast<int>(k % 4);
  const auto half_at = [](const std::uint8_t* from) {
    return float_from_f16(static_cast<std::uint16_t>(from[0] | std::uint32_t{from[1]} << 8));
  };
  if (type == TensorType::kQ8_0) {
    const auto quant = static_cast<std::int8_t>(unit[chunk * 512 + lane * 16 + reg * 4 + b]);
    return half_at(unit + offsets.scales + in_tile * 8 + chunk * 2) * static_cast<float>(quant);
  }
  const std::uint8_t both = unit[chunk / 2 * 512 + lane * 16 + chunk % 2 * 8 + reg / 2 * 4 + b];
  std::uint32_t quant = reg % 2 == 0 ? both & 15U : both >> 4;
  if (type == TensorType::kQ4_0) {
    return half_at(unit + offsets.scales + in_tile * 8 + chunk * 2) *
           static_cast<float>(static_cast<int>(quant) - 8);
  }
  const std::uint8_t* scales = unit + offsets.scales + in_tile * 16;
  if (type == TensorType::kQ6_K) {
    const std::uint8_t high =
        unit[offsets.high_bits + chunk / 4 * 512 + lane * 16 + chunk % 4 * 4 + b];
    quant |= (high >> (2 * reg) & 3U) << 4;
    const float d = half_at(unit + offsets.supers + in_tile * 2);
    const auto scale = static_cast<std::int8_t>(scales[chunk * 2 + k / 16]);
    return d * static_cast<float>(scale) * static_cast<float>(static_cast<int>(quant) - 32);
  }
  if (type == TensorType::kQ5_K) {
    const std::uint8_t high = unit[offsets.high_bits + lane * 16 + chunk / 2 * 4 + b];
    quant |= (high >> (chunk % 2 * 4 + reg) & 1U) << 4;
  }
  const std::uint8_t* super = unit + offsets.supers + in_tile * 4;
  const float scale = half_at(super) * static_cast<float>(scales[chunk]);
  const float minimum = half_at(super + 2) * static_cast<float>(scales[8 + chunk]);
  return scale * static_cast<float>(quant) - minimum;
}

}  // namespace inferlab::cuda
