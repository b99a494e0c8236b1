#include "engine/backend/reference/rms_norm.h"

#include <cmath>

#include "engine/backend/reference/dot.h"

namespace inferlab::reference {

void rms_norm(const float* x, const float* weight, float eps, std::int64_t num_rows,
              std::int64_t width, float* out) {
  for (std::int64_t r = 0; r < num_rows; ++r) {
    const float* row = x + r * width;
    const float mean = dot(row, row, width) / static_cast<float>(width);
    const float scale = 1.0F / std::sqrt(mean + eps);
    for (std::int64_t i = 0; i < width; ++i) out[r * width + i] = row[i] * scale * weight[i];
  }
}

}  // namespace inferlab::reference
