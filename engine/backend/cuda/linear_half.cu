// Weights of 16 bits, as they stand in memory, are the left operand of mma.m16n8k16, rows of x the
// right one. Of each 32 columns a lane takes eight consecutive ones, 16 bytes, on both sides; which
// of them is called which k of the two instructions does not matter as long as both agree.
//
// The weights are read once, past L1: at few rows of x this is all the time there is.

#include "engine/backend/cuda/launch.h"
#include "engine/backend/cuda/slice_sums.h"

namespace inferlab::cuda {
namespace {

/// Chunks of weights that a warp has on their way at a time.
constexpr int kDepth = 4;

template <typename Type, int kTiles>
__global__ void __launch_bounds__(kSlices* kWarp) linear_half_kernel(LinearArgs args) {
  __shared__ float shared[kSlices * 16 * 8 * kTiles];
  const int group = lane_id() / 4;
  const int member = lane_id() % 4;
  const std::int64_t first_row = std::int64_t{blockIdx.x} * kTileRows;
  const std::int64_t first_token = std::int64_t{blockIdx.y} * 8 * kTiles;
  const auto* w = reinterpret_cast<const std::uint16_t*>(args.w.data) + member * 8;
  const std::int64_t last = args.w.rows - 1;
  const std::int64_t row = first_row + group;
  const std::uint16_t* low = w + (row < last ? row : last) * args.w.stride;
  const std::uint16_t* high = w + (row + 8 < last ? row + 8 : last) * args.w.stride;
  const std::uint16_t* x[kTiles];
  INFERLAB_UNROLL for (int tile = 0; tile < kTiles; ++tile) {
    const std::int64_t token = first_token + tile * 8 + group;
    x[tile] = static_cast<const std::uint16_t*>(args.x.values) + member * 8 +
              (token < args.num_rows ? token : args.num_rows - 1) * args.x.stride;
  }
  float sums[kTiles][4] = {};
  const std::int64_t chunks = args.w.stride / kChunkColumns;
  const std::int64_t end = slice_begin(chunks, warp_id() + 1);
  for (std::int64_t chunk = slice_begin(chunks, warp_id()); chunk < end; chunk += kDepth) {
    uint4 a[kDepth];
    uint4 b[kDepth];
    INFERLAB_UNROLL for (int i = 0; i < kDepth; ++i) {
      if (chunk + i < end) {
        a[i] = load_streamed(low + (chunk + i) * kChunkColumns);
        b[i] = load_streamed(high + (chunk + i) * kChunkColumns);
      }
    }
    INFERLAB_UNROLL for (int i = 0; i < kDepth; ++i) {
      if (chunk + i < end) {
        const std::uint32_t first[4] = {a[i].x, b[i].x, a[i].y, b[i].y};
        const std::uint32_t second[4] = {a[i].z, b[i].z, a[i].w, b[i].w};
        INFERLAB_UNROLL for (int tile = 0; tile < kTiles; ++tile) {
          const uint4 value = load_16_bytes(x[tile] + (chunk + i) * kChunkColumns);
          mma<Type>(sums[tile], first, value.x, value.y);
          mma<Type>(sums[tile], second, value.z, value.w);
        }
      }
    }
  }
  add_slices<kTiles>(args, first_row, first_token, sums, shared);
}

template <typename Type>
Result<void> start(const LinearArgs& args, cudaStream_t stream) {
  return with_tiles(args.num_rows, [&]<int kTiles>() {
    return launch("linear_half", &linear_half_kernel<Type, kTiles>,
                  {.grid = dim3(grid_size(ceil_div(args.w.rows, kTileRows)),
                                grid_size(ceil_div(args.num_rows, 8 * kTiles))),
                   .block = dim3(kSlices * kWarp)},
                  stream, args);
  });
}

}  // namespace

Result<void> linear_half(const LinearArgs& args, cudaStream_t stream) {
  return args.w.type == TensorType::kBF16 ? start<Bf16>(args, stream) : start<F16>(args, stream);
}

}  // namespace inferlab::cuda
