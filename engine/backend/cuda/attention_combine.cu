#include "engine/backend/cuda/attention.h"
#include "engine/backend/cuda/launch.h"
#include "engine/backend/cuda/softmax_state.h"
#include "engine/backend/cuda/store_slab.h"

namespace inferlab::cuda {
namespace {

constexpr int kWarps = 4;

__device__ float combined(const AttentionArgs& args, std::int64_t row, std::int64_t column) {
  if (args.rows.positions[row] < 0) return 0.0F;
  const std::int32_t index = args.row_tiles[row];
  const std::int32_t head_dim = args.kv.head_dim;
  if (index < 0) return args.attended[row * args.num_heads * head_dim + column];
  const SplitTile tile = args.tiles[index];
  const auto head = static_cast<std::int32_t>(column / head_dim);
  const auto element = static_cast<std::int32_t>(column % head_dim);
  const HeadGroups& heads = args.heads;
  const std::int32_t num_groups = args.kv.num_kv_heads * heads.groups_per_kv();
  const std::int32_t in_kv = head % heads.heads_per_kv;
  const std::int32_t group =
      head / heads.heads_per_kv * heads.groups_per_kv() + in_kv / kTileQueries;
  const std::int32_t query =
      static_cast<std::int32_t>(row - tile.first_row) * heads.heads_per_tile() +
      in_kv % kTileQueries;
  SoftmaxState total = {-INFINITY, 0.0F};
  float sum = 0.0F;
  for (std::int32_t split = 0; split < tile.num_splits; ++split) {
    const std::int64_t at =
        partial_row(tile, split, num_groups, group, query, heads.heads_per_tile());
    const float2 part = args.partial_sums[at];
    const MergeFactors factors = merge(total, SoftmaxState{part.x, part.y});
    sum = merged(factors, sum, args.partials[at * head_dim + element]);
  }
  return sum * (1.0F / total.sum);
}

/// A warp per slab of 32 columns of a row.
template <Form kForm>
__global__ void __launch_bounds__(kWarps* kWarp)
    attention_combine_kernel(AttentionArgs args, ActivationRows out) {
  const std::int64_t row = blockIdx.x;
  const std::int64_t slab = std::int64_t{blockIdx.y} * kWarps + warp_id();
  if (slab >= out.stride / kWarp) return;
  const std::int64_t column = slab * kWarp + lane_id();
  const std::int64_t width = std::int64_t{args.num_heads} * args.kv.head_dim;
  store_slab<kForm>(out, row, slab, column < width ? combined(args, row, column) : 0.0F);
}

}  // namespace

Result<void> attention_combine(const AttentionArgs& args, std::int64_t num_rows, Form form,
                               const ActivationRows& out, cudaStream_t stream) {
  if (num_rows == 0) return {};
  const std::int64_t slabs = out.stride / kWarp;
  return with_form(form, [&]<Form kForm>() {
    return launch("attention_combine", &attention_combine_kernel<kForm>,
                  {.grid = dim3(grid_size(num_rows), grid_size(ceil_div(slabs, kWarps))),
                   .block = dim3(kWarps * kWarp)},
                  stream, args, out);
  });
}

}  // namespace inferlab::cuda
