#include "engine/formats/q8_0.h"

#include <algorithm>
#include <cmath>

#include "engine/base/check.h"

namespace inferlab {

void quantize_q8(std::span<const float> values, std::span<Q8Block> blocks) {
  INFERLAB_CHECK(values.size() == blocks.size() * kQ8BlockElements);
  for (std::size_t b = 0; b < blocks.size(); ++b) {
    const auto block = values.subspan(b * kQ8BlockElements, kQ8BlockElements);
    float largest = 0.0F;
    for (const float v : block) {
      if (std::isfinite(v)) largest = std::max(largest, std::abs(v));
    }
    const float scale = largest / 127.0F;
    const float inverse = scale > 0.0F ? 1.0F / scale : 0.0F;
    blocks[b].scale = float_to_half(scale);
    for (std::size_t i = 0; i < block.size(); ++i) {
      const float quant = std::isfinite(block[i]) ? std::round(block[i] * inverse) : 0.0F;
      blocks[b].quants[i] = static_cast<std::int8_t>(std::clamp(quant, -127.0F, 127.0F));
    }
  }
}

}  // namespace inferlab
