#include "engine/backend/cuda/attention_tile.h"
#include "engine/backend/cuda/launch.h"
#include "engine/base/check.h"

namespace inferlab::cuda {
namespace {

constexpr int kWarps = 4;

/// A warp per piece and group of heads: warps do not wait for one another.
template <typename Type, int kDim>
__global__ void __launch_bounds__(kWarps* kWarp) attention_split_kernel(AttentionArgs args) {
  const std::int32_t num_groups = args.kv.num_kv_heads * args.heads.groups_per_kv();
  const std::int32_t per_tile = args.heads.heads_per_tile();
  const std::int64_t work = std::int64_t{*args.num_items} * num_groups;
  const std::int64_t step = std::int64_t{gridDim.x} * kWarps;
  for (std::int64_t at = std::int64_t{blockIdx.x} * kWarps + warp_id(); at < work; at += step) {
    const SplitItem item = args.items[at / num_groups];
    const auto group = static_cast<std::int32_t>(at % num_groups);
    const SplitTile place = args.tiles[item.tile];
    WarpTile<Type, kDim> tile;
    tile.load(args, place.first_row, place.num_tokens, group);
    tile.attend(args, item.split);
    INFERLAB_UNROLL for (int r = 0; r < 2; ++r) {
      const std::int32_t query = lane_id() / 4 + 8 * r;
      if (tile.positions[r] < 0) continue;
      const std::int64_t row = partial_row(place, item.split, num_groups, group, query, per_tile);
      if (lane_id() % 4 == 0) {
        args.partial_sums[row] = float2{tile.state[r].largest, tile.state[r].sum};
      }
      float* to = args.partials + row * args.kv.head_dim;
      INFERLAB_UNROLL for (int d = 0; d < kDim / 8; ++d) {
        const int element = d * 8 + lane_id() % 4 * 2;
        if (element < args.kv.head_dim) {
          *reinterpret_cast<float2*>(to + element) =
              float2{tile.out[d][2 * r], tile.out[d][2 * r + 1]};
        }
      }
    }
  }
}

}  // namespace

Result<void> attention_split(const AttentionArgs& args, KvType type, std::int32_t num_blocks,
                             cudaStream_t stream) {
  INFERLAB_CHECK(args.kv.head_dim % 8 == 0 && args.kv.head_dim <= 256 && num_blocks > 0);
  return with_head(type, args.kv.head_dim, [&]<typename Type, int kDim>() {
    return launch("attention_split", &attention_split_kernel<Type, kDim>,
                  {.grid = dim3(grid_size(num_blocks)), .block = dim3(kWarps * kWarp)}, stream,
                  args);
  });
}

}  // namespace inferlab::cuda
