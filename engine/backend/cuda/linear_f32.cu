// F32 weights are rare (tests, small models), so this is the plain way: a warp per row of weights,
// its lanes over the columns, eight rows of x at a time.

#include "engine/backend/cuda/device.h"
#include "engine/backend/cuda/launch.h"
#include "engine/backend/cuda/linear.h"

namespace inferlab::cuda {
namespace {

constexpr int kWarps = 8;
constexpr int kTokens = 8;

__global__ void __launch_bounds__(kWarps* kWarp) linear_f32_kernel(LinearArgs args) {
  const std::int64_t row = std::int64_t{blockIdx.x} * kWarps + warp_id();
  if (row >= args.w.rows) return;
  const std::int64_t first = std::int64_t{blockIdx.y} * kTokens;
  const float* w = reinterpret_cast<const float*>(args.w.data) + row * args.w.stride;
  const float* x[kTokens];
  float sums[kTokens] = {};
  INFERLAB_UNROLL for (int i = 0; i < kTokens; ++i) {
    const std::int64_t token = first + i < args.num_rows ? first + i : args.num_rows - 1;
    x[i] = static_cast<const float*>(args.x.values) + token * args.x.stride;
  }
  for (std::int64_t c = lane_id(); c < args.w.columns; c += kWarp) {
    const float weight = w[c];
    INFERLAB_UNROLL for (int i = 0; i < kTokens; ++i) sums[i] = fmaf(weight, x[i][c], sums[i]);
  }
  INFERLAB_UNROLL for (int i = 0; i < kTokens; ++i) {
    const float sum = warp_sum(sums[i]);
    if (lane_id() == 0 && first + i < args.num_rows)
      args.y[(first + i) * args.y_stride + row] = sum;
  }
}

}  // namespace

Result<void> linear_f32(const LinearArgs& args, cudaStream_t stream) {
  return launch("linear_f32", &linear_f32_kernel,
                {.grid = dim3(grid_size(ceil_div(args.w.rows, kWarps)),
                              grid_size(ceil_div(args.num_rows, kTokens))),
                 .block = dim3(kWarps * kWarp)},
                stream, args);
}

}  // namespace inferlab::cuda
