#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <span>

#include "engine/formats/half.h"
#include "engine/formats/tensor_type.h"

namespace inferlab {

/// 32 consecutive elements of a quantised row: element i is
/// scale[i / 16] * quants[i] - minimum, with quants as they are stored, after their bias was taken
/// off. The scales are products as the format defines them: scale[i / 16] = block_scale *
/// slab_scale[i / 16].
struct QuantSlab {
  std::array<std::int8_t, 32> quants;
  Half block_scale;    ///< "d"
  Half block_minimum;  ///< "dmin"; 0 where the format has none
  /// 1 where the format has but one scale; equal unless the format has one for each 16 elements.
  std::array<std::int8_t, 2> slab_scale;
  std::uint8_t slab_minimum;  ///< minimum = block_minimum * slab_minimum

  [[nodiscard]] float value(std::size_t index) const;
};

/// Reads elements [32 * slab, 32 * slab + 32) of a row of `type`. Checks: the type is quantised.
/// Source: ggml's block formats (GGUF specification, tensor types).
QuantSlab read_slab(TensorType type, const std::byte* row, std::int64_t slab);

/// Elements of a row as floats, any type. Checks: the row has out.size() elements.
void decode_elements(TensorType type, const std::byte* row, std::span<float> out);

}  // namespace inferlab
