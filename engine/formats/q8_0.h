#pragma once

#include <array>
#include <cstdint>
#include <span>

#include "engine/formats/half.h"

namespace inferlab {

inline constexpr int kQ8BlockElements = 32;

/// 32 elements as scale * quants[i]. The scale is the block's largest magnitude / 127.
/// Source: GGUF specification, type Q8_0.
struct Q8Block {
  Half scale;
  std::array<std::int8_t, kQ8BlockElements> quants;
};
static_assert(sizeof(Q8Block) == 34);

/// Checks: values.size() == 32 * blocks.size(). NaN and infinity become 0.
void quantize_q8(std::span<const float> values, std::span<Q8Block> blocks);

}  // namespace inferlab
