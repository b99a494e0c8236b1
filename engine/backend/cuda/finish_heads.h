#pragma once

#include <cuda_runtime_api.h>

#include <cstdint>

#include "engine/backend/backend.h"
#include "engine/backend/cuda/kv_view.h"
#include "engine/base/result.h"
#include "engine/model/llama_config.h"

namespace inferlab::cuda {

/// What happens to queries, keys and values between their matrices and attention, in one pass: the
/// biases, the norms of heads, the rotation; then queries go to `q` and keys and values into the
/// cache, rounded to its type. Rows without a position are let alone. Device pointers.
struct FinishHeadsArgs {
  const float* qkv = nullptr;  ///< [rows, (num_heads + 2 num_kv_heads) * head_dim]
  std::int32_t num_heads = 0;
  const float* bias = nullptr;    ///< of all heads of a row; null: none
  const float* q_norm = nullptr;  ///< [head_dim]; null: none
  const float* k_norm = nullptr;
  float eps = 0;
  const float2* turns = nullptr;  ///< [positions, rope_dim / 2]: rope_table()
  std::int32_t rope_dim = 0;
  RopePairs pairs = RopePairs::kAdjacent;
  StepRows rows;
  KvView kv;
  std::int32_t layer = 0;
  void* q = nullptr;  ///< [rows, num_heads, head_dim], in the cache's type
};

/// To about 1e-6 relative of what the reference does, before rounding; the bits of Rope::apply
/// where there are no norms. Returns when the work is queued.
Result<void> finish_heads(const FinishHeadsArgs& args, KvType type, std::int64_t num_rows,
                          cudaStream_t stream);

}  // namespace inferlab::cuda
