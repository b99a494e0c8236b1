#include "engine/backend/cuda/finish_heads.h"

#include "engine/backend/cuda/device.h"
#include "engine/backend/cuda/launch.h"

namespace inferlab::cuda {
namespace {

constexpr int kWarps = 4;

// How an element of keys and values is stored, and one of queries (Query).
struct StoredF32 {
  using Element = float;
  using Query = StoredF32;
  __device__ static float round(float value) { return value; }
};
struct StoredF16 : F16 {
  using Element = std::uint16_t;
  using Query = StoredF16;
};
struct StoredBf16 : Bf16 {
  using Element = std::uint16_t;
  using Query = StoredBf16;
};
struct StoredFp8 {
  using Element = std::uint8_t;
  using Query = StoredF16;
  __device__ static std::uint8_t round(float value) { return fp8_from_float(value); }
};

/// A head of a row before it turns.
struct Head {
  const float* x;
  const float* bias;
  const float* norm;
  float scale;

  __device__ float plain(std::int32_t i) const { return bias == nullptr ? x[i] : x[i] + bias[i]; }
  __device__ float value(std::int32_t i) const {
    return norm == nullptr ? plain(i) : plain(i) * scale * norm[i];
  }
};

__device__ float turned(const Head& head, const FinishHeadsArgs& args, const float2* turns,
                        std::int32_t i) {
  if (i >= args.rope_dim) return head.value(i);
  const std::int32_t half = args.rope_dim / 2;
  const bool adjacent = args.pairs == RopePairs::kAdjacent;
  const std::int32_t pair = adjacent ? i / 2 : i % half;
  const bool second = adjacent ? i % 2 == 1 : i >= half;
  const float a = head.value(adjacent ? i - i % 2 : pair);
  const float b = head.value(adjacent ? i - i % 2 + 1 : pair + half);
  const float2 turn = turns[pair];
  return second ? a * turn.y + b * turn.x : a * turn.x - b * turn.y;
}

/// A warp per row and head: first those of queries, then of keys, then of values.
template <typename Stored>
__global__ void __launch_bounds__(kWarps* kWarp) finish_heads_kernel(FinishHeadsArgs args) {
  using Element = typename Stored::Element;
  using Query = typename Stored::Query;
  const std::int64_t row = blockIdx.x;
  const std::int32_t heads = args.num_heads + 2 * args.kv.num_kv_heads;
  const std::int32_t index = static_cast<std::int32_t>(blockIdx.y) * kWarps + warp_id();
  const std::int32_t position = args.rows.positions[row];
  if (index >= heads || position < 0) return;
  const std::int32_t head_dim = args.kv.head_dim;
  const bool is_q = index < args.num_heads;
  const bool is_v = index >= args.num_heads + args.kv.num_kv_heads;
  const std::int64_t offset = std::int64_t{index} * head_dim;
  Head head = {args.qkv + row * heads * head_dim + offset,
               args.bias == nullptr ? nullptr : args.bias + offset,
               is_v   ? nullptr
               : is_q ? args.q_norm
                      : args.k_norm,
               1.0F};
  if (head.norm != nullptr) {
    float squares = 0.0F;
    for (std::int32_t i = lane_id(); i < head_dim; i += kWarp) {
      squares = fmaf(head.plain(i), head.plain(i), squares);
    }
    head.scale = 1.0F / sqrtf(warp_sum(squares) / static_cast<float>(head_dim) + args.eps);
  }
  const std::int32_t block = args.rows.table(row)[position >> args.kv.block_shift];
  const std::int32_t slot = position & (args.kv.block_size() - 1);
  auto* cache = static_cast<Element*>(args.kv.data);
  if (is_v) {
    const std::int32_t kv_head = index - args.num_heads - args.kv.num_kv_heads;
    for (std::int32_t i = lane_id(); i < head_dim; i += kWarp) {
      cache[args.kv.value(block, args.layer, kv_head, i, slot)] = Stored::round(head.plain(i));
    }
    return;
  }
  const float2* turns = args.turns + std::int64_t{position} * (args.rope_dim / 2);
  if (is_q) {
    auto* to = static_cast<typename Query::Element*>(args.q) +
               (row * args.num_heads + index) * std::int64_t{head_dim};
    for (std::int32_t i = lane_id(); i < head_dim; i += kWarp) {
      to[i] = Query::round(turned(head, args, turns, i));
    }
    return;
  }
  Element* to = cache + args.kv.key(block, args.layer, index - args.num_heads, slot);
  for (std::int32_t i = lane_id(); i < head_dim; i += kWarp) {
    to[i] = Stored::round(turned(head, args, turns, i));
  }
}

}  // namespace

Result<void> finish_heads(const FinishHeadsArgs& args, KvType type, std::int64_t num_rows,
                          cudaStream_t stream) {
  if (num_rows == 0) return {};
  const std::int64_t heads = args.num_heads + 2 * args.kv.num_kv_heads;
  const LaunchShape shape = {.grid = dim3(grid_size(num_rows), grid_size(ceil_div(heads, kWarps))),
                             .block = dim3(kWarps * kWarp)};
  switch (type) {
    case KvType::kF32:
      return launch("finish_heads", &finish_heads_kernel<StoredF32>, shape, stream, args);
    case KvType::kF16:
      return launch("finish_heads", &finish_heads_kernel<StoredF16>, shape, stream, args);
    case KvType::kFp8:
      return launch("finish_heads", &finish_heads_kernel<StoredFp8>, shape, stream, args);
    case KvType::kBF16:
    case KvType::kQ8:  // no cache on this device
      break;
  }
  return launch("finish_heads", &finish_heads_kernel<StoredBf16>, shape, stream, args);
}

}  // namespace inferlab::cuda
