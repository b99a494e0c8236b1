#include "engine/backend/cuda/attention.h"
#include "engine/backend/cuda/launch.h"
#include "engine/backend/cuda/softmax_state.h"
#include "engine/base/check.h"

namespace inferlab::cuda {
namespace {

constexpr int kMostElements = 256 / kWarp;  // of a head, for each lane

/// A warp per row and head takes key after key, its lanes over the head's elements.
__global__ void __launch_bounds__(kWarp) attention_f32_kernel(AttentionArgs args) {
  const std::int64_t row = blockIdx.x;
  const auto head = static_cast<std::int32_t>(blockIdx.y);
  const std::int32_t position = args.rows.positions[row];
  const std::int32_t head_dim = args.kv.head_dim;
  const std::int32_t kv_head = head / args.heads.heads_per_kv;
  const std::int32_t* table = args.rows.table(row);
  const auto* cache = static_cast<const float*>(args.kv.data);
  const std::int64_t at = (row * args.num_heads + head) * head_dim;
  float q[kMostElements];
  float out[kMostElements];
  constexpr float kLog2E = 1.44269504F;
  const float scale = kLog2E / sqrtf(static_cast<float>(head_dim));
  INFERLAB_UNROLL for (int i = 0; i < kMostElements; ++i) {
    const int element = i * kWarp + lane_id();
    q[i] = element < head_dim ? static_cast<const float*>(args.q)[at + element] : 0.0F;
    out[i] = 0.0F;
  }
  SoftmaxState total = {-INFINITY, 0.0F};
  for (std::int32_t key = 0; key <= position; ++key) {
    const std::int32_t block = table[key >> args.kv.block_shift];
    const std::int32_t slot = key & (args.kv.block_size() - 1);
    const float* keys = cache + args.kv.key(block, args.layer, kv_head, slot);
    float score = 0.0F;
    INFERLAB_UNROLL for (int i = 0; i < kMostElements; ++i) {
      const int element = i * kWarp + lane_id();
      if (element < head_dim) score = fmaf(q[i], keys[element], score);
    }
    const MergeFactors factors = merge(total, SoftmaxState{warp_sum(score) * scale, 1.0F});
    INFERLAB_UNROLL for (int i = 0; i < kMostElements; ++i) {
      const int element = i * kWarp + lane_id();
      if (element < head_dim) {
        out[i] = merged(factors, out[i],
                        cache[args.kv.value(block, args.layer, kv_head, element, slot)]);
      }
    }
  }
  INFERLAB_UNROLL for (int i = 0; i < kMostElements; ++i) {
    const int element = i * kWarp + lane_id();
    if (element < head_dim && position >= 0) {
      args.attended[at + element] = out[i] * (1.0F / total.sum);
    }
  }
}

}  // namespace

Result<void> attention_f32(const AttentionArgs& args, std::int64_t num_rows, cudaStream_t stream) {
  INFERLAB_CHECK(args.kv.head_dim <= kMostElements * kWarp);
  if (num_rows == 0) return {};
  return launch(
      "attention_f32", &attention_f32_kernel,
      {.grid = dim3(grid_size(num_rows), grid_size(args.num_heads)), .block = dim3(kWarp)}, stream,
      args);
}

}  // namespace inferlab::cuda
