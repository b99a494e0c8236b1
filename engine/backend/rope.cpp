#include "engine/backend/rope.h"

#include <algorithm>
#include <cmath>
#include <numbers>
#include <optional>

#include "engine/base/check.h"
#include "engine/model/stable_math.h"

namespace inferlab {
namespace {

/// The part of the scaling that each pair gets: 0 none, 1 all of it.
class YarnRamp {
 public:
  YarnRamp(const YarnScaling& yarn, std::int32_t rope_dim, double log_base) {
    const auto pair_that_turns = [&](float turns) {
      return rope_dim *
             stable_log(yarn.original_context_length /
                        (static_cast<double>(turns) * 2.0 * std::numbers::pi)) /
             (2.0 * log_base);
    };
    first_ = std::max(0.0, std::floor(pair_that_turns(yarn.beta_fast)));
    const double last = std::min(rope_dim - 1.0, std::ceil(pair_that_turns(yarn.beta_slow)));
    length_ = std::max(0.001, last - first_);
  }
  [[nodiscard]] double at(std::int32_t pair) const {
    return std::clamp((pair - first_) / length_, 0.0, 1.0);
  }

 private:
  double first_;
  double length_;
};

}  // namespace

Rope::Rope(const LlamaConfig& config, std::span<const float> freq_factors)
    : num_pairs_(config.rope_dim / 2),
      pairs_(config.rope_pairs),
      magnitude_(static_cast<double>(config.rope_scaling.attention_factor)) {
  const std::int32_t rope_dim = config.rope_dim;
  INFERLAB_CHECK(rope_dim > 0 && rope_dim % 2 == 0);
  INFERLAB_CHECK(freq_factors.empty() || std::ssize(freq_factors) == num_pairs_);
  const double log_base = stable_log(static_cast<double>(config.rope_freq_base));
  std::optional<YarnRamp> ramp;
  if (config.rope_scaling.yarn) ramp.emplace(*config.rope_scaling.yarn, rope_dim, log_base);
  for (std::int32_t i = 0; i < num_pairs_; ++i) {
    const double factor = freq_factors.empty() ? 1.0 : static_cast<double>(freq_factors[i]);
    const double plain = stable_exp(-2.0 * i / rope_dim * log_base);
    const double slowed = plain / (factor * static_cast<double>(config.rope_scaling.factor));
    const double part = ramp ? ramp->at(i) : 1.0;
    frequencies_.push_back(part == 1.0 ? slowed : slowed * part + plain / factor * (1.0 - part));
  }
}

void Rope::set_positions(std::span<const std::int32_t> positions) {
  cos_.clear();
  sin_.clear();
  for (const std::int32_t position : positions) {
    for (const double frequency : frequencies_) {
      const SinCos turn = stable_sincos(position * frequency);
      cos_.push_back(static_cast<float>(turn.cos * magnitude_));
      sin_.push_back(static_cast<float>(turn.sin * magnitude_));
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
