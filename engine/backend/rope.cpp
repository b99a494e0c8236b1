#include "engine/backend/rope.h"

#include "engine/base/check.h"
#include "engine/model/stable_math.h"

namespace inferlab {

Rope::Rope(std::int32_t rope_dim, float freq_base, float scaling_factor,
           std::span<const float> freq_factors, RopePairs pairs)
    : num_pairs_(rope_dim / 2), pairs_(pairs) {
  INFERLAB_CHECK(rope_dim > 0 && rope_dim % 2 == 0);
  INFERLAB_CHECK(freq_factors.empty() || std::ssize(freq_factors) == num_pairs_);
  const double log_base = stable_log(static_cast<double>(freq_base));
  for (std::int32_t i = 0; i < num_pairs_; ++i) {
    const double factor = freq_factors.empty() ? 1.0 : static_cast<double>(freq_factors[i]);
    frequencies_.push_back(stable_exp(-2.0 * i / rope_dim * log_base) /
                           (factor * static_cast<double>(scaling_factor)));
  }
}

void Rope::set_positions(std::span<const std::int32_t> positions) {
  cos_.clear();
  sin_.clear();
  for (const std::int32_t position : positions) {
    for (const double frequency : frequencies_) {
      const SinCos turn = stable_sincos(position * frequency);
      cos_.push_back(static_cast<float>(turn.cos));
      sin_.push_back(static_cast<float>(turn.sin));
    }
  }
}

void Rope::apply_row(std::int64_t index, float* x, std::int32_t num_heads,
                     std::int32_t head_dim) const {
  const float* cos = cos_.data() + index * num_pairs_;
  const float* sin = sin_.data() + index * num_pairs_;
  for (std::int32_t head = 0; head < num_heads; ++head) {
    const bool adjacent = pairs_ == RopePairs::kAdjacent;
    float* first = x;
    float* second = adjacent ? x + 1 : x + num_pairs_;
    const std::int64_t step = adjacent ? 2 : 1;
    for (std::int32_t i = 0; i < num_pairs_; ++i) {
      const float a = *first;
      const float b = *second;
      *first = a * cos[i] - b * sin[i];
      *second = a * sin[i] + b * cos[i];
      first += step;
      second += step;
    }
    x += head_dim;
  }
}

void Rope::apply(float* x, std::int32_t num_heads, std::int32_t head_dim) const {
  const std::int64_t num_rows = std::ssize(cos_) / num_pairs_;
  for (std::int64_t row = 0; row < num_rows; ++row) {
    apply_row(row, x + row * num_heads * head_dim, num_heads, head_dim);
  }
}

}  // namespace inferlab
