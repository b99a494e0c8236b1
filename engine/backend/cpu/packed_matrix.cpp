#include "engine/backend/cpu/packed_matrix.h"

#include <algorithm>
#include <cstring>

#include "engine/base/check.h"
#include "engine/formats/half.h"
#include "engine/formats/q8_0.h"
#include "engine/formats/quants.h"

namespace inferlab::cpu {
namespace {

constexpr std::int64_t kVectorBytes = 64;
constexpr std::int64_t kSlabScaleBytes = 32;

/// How the slabs of a quantised type are stored.
struct Layout {
  std::int64_t vectors;      // of 64 bytes, for the quants of a slab
  std::int64_t super_bytes;  // for the scales of 256 columns
  int bias;                  // what makes the quants unsigned
};

Layout layout_of(TensorType type) {
  switch (type) {
    case TensorType::kQ8_0:
      return {.vectors = 8, .super_bytes = 0, .bias = 128};
    case TensorType::kQ4_0:
      return {.vectors = 4, .super_bytes = 0, .bias = 8};
    case TensorType::kQ4_K:
      return {.vectors = 4, .super_bytes = 64, .bias = 0};
    case TensorType::kQ5_K:
      return {.vectors = 5, .super_bytes = 64, .bias = 0};
    case TensorType::kQ6_K:
      return {.vectors = 6, .super_bytes = 32, .bias = 32};
    case TensorType::kF32:
    case TensorType::kF16:
    case TensorType::kBF16:
      break;
  }
  return {.vectors = 0, .super_bytes = 0, .bias = 0};
}

std::int64_t panel_bytes_of(TensorType type, std::int64_t columns) {
  std::int64_t bytes = 0;
  if (is_quantized(type)) {
    const Layout layout = layout_of(type);
    bytes = columns / kSlabColumns * (layout.vectors * kVectorBytes + kSlabScaleBytes) +
            columns / kSuperColumns * layout.super_bytes;
  } else {
    bytes = columns * kPanelRows * tensor_block(type).bytes;
  }
  return (bytes + kVectorBytes - 1) / kVectorBytes * kVectorBytes;
}

/// The parts of one panel of quantised weights.
struct PanelParts {
  std::byte* quants;
  std::byte* scales;
  std::byte* super;
};
PanelParts parts_of(std::byte* panel, const Layout& layout, std::int64_t columns) {
  const std::int64_t num_slabs = columns / kSlabColumns;
  std::byte* scales = panel + num_slabs * layout.vectors * kVectorBytes;
  return {.quants = panel, .scales = scales, .super = scales + num_slabs * kSlabScaleBytes};
}

void put_half(std::byte* to, std::int64_t lane, Half half) {
  std::memcpy(to + lane * std::int64_t{sizeof half}, &half, sizeof half);
}
Half get_half(const std::byte* from, std::int64_t lane) {
  Half half = 0;
  std::memcpy(&half, from + lane * std::int64_t{sizeof half}, sizeof half);
  return half;
}

void add_bits(std::byte& to, unsigned bits) {
  to |= static_cast<std::byte>(bits);
}

/// Where column c of a slab goes in its row: vector group c / 4, byte c % 4.
void put_quant(TensorType type, std::byte* slab, std::int64_t lane, std::int64_t column,
               unsigned quant) {
  const std::int64_t group = column / 4;
  const std::int64_t byte = lane * 4 + column % 4;
  if (type == TensorType::kQ8_0) {
    slab[group * kVectorBytes + byte] = static_cast<std::byte>(quant);
    return;
  }
  add_bits(slab[group % 4 * kVectorBytes + byte], (quant & 15U) << (group < 4 ? 0 : 4));
  const unsigned high = quant >> 4;
  if (type == TensorType::kQ5_K) add_bits(slab[4 * kVectorBytes + byte], high << group);
  if (type == TensorType::kQ6_K) {
    add_bits(slab[(4 + group / 4) * kVectorBytes + byte], high << (2 * (group % 4)));
  }
}

unsigned get_quant(TensorType type, const std::byte* slab, std::int64_t lane, std::int64_t column) {
  const std::int64_t group = column / 4;
  const std::int64_t byte = lane * 4 + column % 4;
  const auto at = [&](std::int64_t vector) {
    return std::to_integer<unsigned>(slab[vector * kVectorBytes + byte]);
  };
  if (type == TensorType::kQ8_0) return at(group);
  unsigned quant = at(group % 4) >> (group < 4 ? 0 : 4) & 15U;
  if (type == TensorType::kQ5_K) quant |= (at(4) >> group & 1U) << 4;
  if (type == TensorType::kQ6_K) quant |= (at(4 + group / 4) >> (2 * (group % 4)) & 3U) << 4;
  return quant;
}

void pack_slab(TensorType type, const Layout& layout, const PanelParts& parts, std::int64_t lane,
               std::int64_t index, const QuantSlab& slab) {
  std::byte* quants = parts.quants + index * layout.vectors * kVectorBytes;
  for (std::int64_t c = 0; c < kSlabColumns; ++c) {
    put_quant(type, quants, lane, c, static_cast<unsigned>(slab.quants[c] + layout.bias));
  }
  std::byte* scales = parts.scales + index * kSlabScaleBytes;
  if (layout.super_bytes == 0) {
    put_half(scales, lane, slab.block_scale);
    return;
  }
  scales[lane] = static_cast<std::byte>(slab.slab_scale[0]);
  scales[kPanelRows + lane] = type == TensorType::kQ6_K ? static_cast<std::byte>(slab.slab_scale[1])
                                                        : static_cast<std::byte>(slab.slab_minimum);
  std::byte* super = parts.super + index / (kSuperColumns / kSlabColumns) * layout.super_bytes;
  put_half(super, lane, slab.block_scale);
  if (layout.super_bytes == kVectorBytes) put_half(super + 32, lane, slab.block_minimum);
}

QuantSlab unpack_slab(TensorType type, const Layout& layout, const PanelParts& parts,
                      std::int64_t lane, std::int64_t index) {
  QuantSlab slab{};
  const std::byte* quants = parts.quants + index * layout.vectors * kVectorBytes;
  for (std::int64_t c = 0; c < kSlabColumns; ++c) {
    const auto quant = static_cast<int>(get_quant(type, quants, lane, c));
    slab.quants[c] = static_cast<std::int8_t>(quant - layout.bias);
  }
  const std::byte* scales = parts.scales + index * kSlabScaleBytes;
  if (layout.super_bytes == 0) {
    slab.block_scale = get_half(scales, lane);
    slab.slab_scale = {1, 1};
    return slab;
  }
  const auto first = std::to_integer<std::int8_t>(scales[lane]);
  const auto second = std::to_integer<std::int8_t>(scales[kPanelRows + lane]);
  const std::byte* super =
      parts.super + index / (kSuperColumns / kSlabColumns) * layout.super_bytes;
  slab.block_scale = get_half(super, lane);
  if (type == TensorType::kQ6_K) {
    slab.slab_scale = {first, second};
  } else {
    slab.slab_scale = {first, first};
    slab.slab_minimum = static_cast<std::uint8_t>(second);
    slab.block_minimum = get_half(super + 32, lane);
  }
  return slab;
}

/// Q8_0 is what most files hold: four columns at a time, the sign bit turned over.
void pack_q8_row(const std::byte* row, const PanelParts& parts, std::int64_t lane,
                 std::int64_t num_slabs) {
  for (std::int64_t s = 0; s < num_slabs; ++s) {
    const std::byte* block = row + s * std::int64_t{sizeof(Q8Block)};
    std::memcpy(parts.scales + s * kSlabScaleBytes + lane * std::int64_t{sizeof(Half)}, block,
                sizeof(Half));
    std::byte* to = parts.quants + s * 8 * kVectorBytes + lane * 4;
    for (std::int64_t group = 0; group < 8; ++group) {
      std::uint32_t four = 0;
      std::memcpy(&four, block + sizeof(Half) + group * 4, sizeof four);
      four ^= 0x80808080U;
      std::memcpy(to + group * kVectorBytes, &four, sizeof four);
    }
  }
}

}  // namespace

bool is_quantized(TensorType type) {
  return tensor_block(type).elements > 1;
}

std::int64_t PackedMatrix::bytes_needed(const Matrix& matrix) {
  return (matrix.rows + kPanelRows - 1) / kPanelRows * panel_bytes_of(matrix.type, matrix.columns);
}

PackedMatrix::PackedMatrix(const Matrix& matrix, std::span<std::byte> memory)
    : type_(matrix.type),
      rows_(matrix.rows),
      columns_(matrix.columns),
      panel_bytes_(panel_bytes_of(matrix.type, matrix.columns)),
      memory_(memory) {
  INFERLAB_CHECK(std::ssize(memory) == bytes_needed(matrix));
}

void PackedMatrix::pack(const Matrix& matrix, std::int64_t first_panel, std::int64_t last_panel) {
  const Layout layout = layout_of(type_);
  const std::int64_t num_slabs = columns_ / kSlabColumns;
  const std::int64_t last_row = std::min(last_panel * kPanelRows, rows_);
  for (std::int64_t row = first_panel * kPanelRows; row < last_row; ++row) {
    std::byte* panel = memory_.data() + row / kPanelRows * panel_bytes_;
    const std::int64_t lane = row % kPanelRows;
    const std::byte* from = matrix.row(row);
    if (!is_quantized(type_)) {
      const std::int64_t bytes = tensor_block(type_).bytes;
      for (std::int64_t c = 0; c < columns_; ++c) {
        std::memcpy(panel + (c * kPanelRows + lane) * bytes, from + c * bytes,
                    static_cast<std::size_t>(bytes));
      }
      continue;
    }
    const PanelParts parts = parts_of(panel, layout, columns_);
    if (type_ == TensorType::kQ8_0) {
      pack_q8_row(from, parts, lane, num_slabs);
      continue;
    }
    for (std::int64_t s = 0; s < num_slabs; ++s) {
      pack_slab(type_, layout, parts, lane, s, read_slab(type_, from, s));
    }
  }
}

void PackedMatrix::unpack_row(std::int64_t row, std::span<float> out) const {
  INFERLAB_CHECK(std::ssize(out) == columns_ && row >= 0 && row < rows_);
  std::byte* panel = memory_.data() + row / kPanelRows * panel_bytes_;
  const std::int64_t lane = row % kPanelRows;
  if (!is_quantized(type_)) {
    const std::int64_t bytes = tensor_block(type_).bytes;
    for (std::int64_t c = 0; c < columns_; ++c) {
      decode_elements(type_, panel + (c * kPanelRows + lane) * bytes, out.subspan(c, 1));
    }
    return;
  }
  const Layout layout = layout_of(type_);
  const PanelParts parts = parts_of(panel, layout, columns_);
  for (std::int64_t s = 0; s < columns_ / kSlabColumns; ++s) {
    const QuantSlab slab = unpack_slab(type_, layout, parts, lane, s);
    for (std::int64_t i = 0; i < kSlabColumns; ++i) out[s * kSlabColumns + i] = slab.value(i);
  }
}

PanelSpan PackedMatrix::panels(std::int64_t first, std::int64_t last) const {
  return {.first = memory_.data() + first * panel_bytes_,
          .panel_bytes = panel_bytes_,
          .num_panels = last - first,
          .num_rows = std::min(last * kPanelRows, rows_) - first * kPanelRows,
          .columns = columns_};
}

}  // namespace inferlab::cpu
