#pragma once

#include <cstdint>
#include <span>
#include <vector>

#include "engine/backend/reference/kv_cache.h"

namespace inferlab::reference {

/// Attention of one token over the KV blocks of its sequence.
///
/// q and out are [num_heads, head_dim]. The token at `position` sees the positions 0 to `position`,
/// all stored before; query head h reads KV head h / (num_heads / num_kv_heads). Positions are
/// added up in their order, so the result does not depend on how the prompt was cut into steps.
/// Source: Ainslie et al., "GQA", 2023; PagedAttention (Kwon et al., SOSP 2023).
class Attention {
 public:
  Attention() = default;
  explicit Attention(const LlamaConfig& config);

  void run(const KvCache& cache, std::span<const std::int32_t> block_table, std::int32_t layer,
           std::int32_t position, const float* q, float* out);

 private:
  std::int32_t num_kv_heads_ = 0;
  std::int32_t heads_per_kv_ = 0;
  std::int32_t head_dim_ = 0;
  float scale_ = 0.0F;
  std::vector<float> scores_;   // [heads_per_kv, position + 1]
  std::vector<float> scratch_;  // [head_dim]
};

}  // namespace inferlab::reference
