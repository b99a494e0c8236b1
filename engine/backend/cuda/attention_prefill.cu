#include "engine/backend/cuda/attention_tile.h"
#include "engine/backend/cuda/launch.h"
#include "engine/base/check.h"

namespace inferlab::cuda {
namespace {

/// Consecutive tiles, which read about the same keys at about the same time: out of L1.
template <int kDim>
constexpr int kWarps = kDim > 128 ? 1 : 4;

/// A warp per tile and group of heads takes piece after piece; what they add up to is in shared
/// memory, as registers do not suffice.
template <typename Type, int kDim>
__global__ void __launch_bounds__(kWarps<kDim>* kWarp)
    attention_prefill_kernel(AttentionArgs args) {
  auto* shared = reinterpret_cast<float*>(shared_memory());
  // The last tiles see most keys: they begin first.
  const std::int32_t block = static_cast<std::int32_t>(gridDim.x - 1 - blockIdx.x);
  const std::int32_t index = block * kWarps<kDim> + warp_id();
  if (index >= args.num_prefill_tiles) return;
  const PrefillTile place = args.prefill_tiles[index];
  if (place.num_tokens == 0) return;
  const auto group = static_cast<std::int32_t>(blockIdx.y);
  float* total = shared + warp_id() * (kDim / 2 * kWarp) + lane_id();
  SoftmaxState states[2] = {{-INFINITY, 0.0F}, {-INFINITY, 0.0F}};
  WarpTile<Type, kDim> tile;
  tile.load(args, place.first_row, place.num_tokens, group);
  for (std::int32_t split = 0; split * kSplitKeys < tile.limit; ++split) {
    tile.attend(args, split);
    INFERLAB_UNROLL for (int r = 0; r < 2; ++r) {
      const MergeFactors factors = merge(states[r], tile.state[r]);
      INFERLAB_UNROLL for (int d = 0; d < kDim / 8; ++d) {
        INFERLAB_UNROLL for (int i = 2 * r; i < 2 * r + 2; ++i) {
          float& sum = total[(d * 4 + i) * kWarp];
          sum = merged(factors, split == 0 ? 0.0F : sum, tile.out[d][i]);
        }
      }
    }
  }
  INFERLAB_UNROLL for (int r = 0; r < 2; ++r) {
    if (tile.positions[r] < 0) continue;
    const std::int32_t query = lane_id() / 4 + 8 * r;
    const std::int32_t per_tile = args.heads.heads_per_tile();
    const std::int32_t head = tile.kv_head * args.heads.heads_per_kv +
                              group % args.heads.groups_per_kv() * kTileQueries + query % per_tile;
    const std::int64_t row = place.first_row + query / per_tile;
    float* to = args.attended + (row * args.num_heads + head) * args.kv.head_dim;
    const float inverse = 1.0F / states[r].sum;
    INFERLAB_UNROLL for (int d = 0; d < kDim / 8; ++d) {
      const int element = d * 8 + lane_id() % 4 * 2;
      if (element < args.kv.head_dim) {
        *reinterpret_cast<float2*>(to + element) = float2{
            total[(d * 4 + 2 * r) * kWarp] * inverse, total[(d * 4 + 2 * r + 1) * kWarp] * inverse};
      }
    }
  }
}

}  // namespace

Result<void> attention_prefill(const AttentionArgs& args, KvType type, cudaStream_t stream) {
  INFERLAB_CHECK(args.kv.head_dim % 8 == 0 && args.kv.head_dim <= 256);
  if (args.num_prefill_tiles == 0) return {};
  const std::int64_t groups = std::int64_t{args.kv.num_kv_heads} * args.heads.groups_per_kv();
  return with_head(type, args.kv.head_dim, [&]<typename Type, int kDim>() {
    // At most 32 KB, which needs no leave.
    const std::size_t bytes = std::size_t{kWarps<kDim>} * (kDim / 2) * kWarp * sizeof(float);
    return launch(
        "attention_prefill", &attention_prefill_kernel<Type, kDim>,
        {.grid = dim3(grid_size(ceil_div(args.num_prefill_tiles, kWarps<kDim>)), grid_size(groups)),
         .block = dim3(kWarps<kDim> * kWarp),
         .shared_bytes = bytes},
        stream, args);
  });
}

}  // namespace inferlab::cuda
