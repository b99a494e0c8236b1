#include "engine/backend/reference/attention.h"

#include <algorithm>
#include <cmath>

#include "engine/backend/reference/dot.h"
#include "engine/model/stable_math.h"

namespace inferlab::reference {
namespace {

/// In place; returns 1 / sum of the exponentials, which the caller applies to the much shorter
/// result.
float exponentials(std::span<float> scores) {
  const float top = *std::ranges::max_element(scores);
  float sum = 0.0F;
  for (float& score : scores) {
    score = stable_exp(score - top);
    sum += score;
  }
  return 1.0F / sum;
}

}  // namespace

Attention::Attention(const LlamaConfig& config)
    : num_kv_heads_(config.num_kv_heads),
      heads_per_kv_(config.num_heads / config.num_kv_heads),
      head_dim_(config.head_dim),
      scale_(1.0F / std::sqrt(static_cast<float>(config.head_dim))),
      scratch_(static_cast<std::size_t>(config.head_dim)) {}

void Attention::run(const KvCache& cache, std::span<const std::int32_t> block_table,
                    std::int32_t layer, std::int32_t position, const float* q, float* out) {
  const std::int32_t block_size = cache.shape().block_size;
  const std::int64_t length = std::int64_t{position} + 1;
  scores_.resize(static_cast<std::size_t>(length * heads_per_kv_));
  for (std::int32_t kv_head = 0; kv_head < num_kv_heads_; ++kv_head) {
    const std::int32_t first = kv_head * head_dim_;
    for (std::int32_t p = 0; p <= position; ++p) {
      const float* key = cache.load(block_table[p / block_size], layer, KvCache::Part::kKeys,
                                    p % block_size, first, head_dim_, scratch_.data());
      for (std::int32_t h = 0; h < heads_per_kv_; ++h) {
        scores_[h * length + p] = dot(q + h * head_dim_, key, head_dim_) * scale_;
      }
    }
    std::fill_n(out, heads_per_kv_ * head_dim_, 0.0F);
    std::vector<float> inverse_sums;
    for (std::int32_t h = 0; h < heads_per_kv_; ++h) {
      inverse_sums.push_back(exponentials(std::span(scores_).subspan(h * length, length)));
    }
    for (std::int32_t p = 0; p <= position; ++p) {
      const float* value = cache.load(block_table[p / block_size], layer, KvCache::Part::kValues,
                                      p % block_size, first, head_dim_, scratch_.data());
      for (std::int32_t h = 0; h < heads_per_kv_; ++h) {
        const float weight = scores_[h * length + p];
        float* to = out + h * head_dim_;
        for (std::int32_t i = 0; i < head_dim_; ++i) to[i] += weight * value[i];
      }
    }
    for (std::int32_t h = 0; h < heads_per_kv_; ++h) {
      for (std::int32_t i = 0; i < head_dim_; ++i) out[h * head_dim_ + i] *= inverse_sums[h];
    }
    q += heads_per_kv_ * head_dim_;
    out += heads_per_kv_ * head_dim_;
  }
}

}  // namespace inferlab::reference
