#include "engine/backend/cuda/lora.h"

#include <algorithm>

#include "engine/backend/cuda/device.h"
#include "engine/backend/cuda/launch.h"
#include "engine/base/check.h"

namespace inferlab::cuda {
namespace {

constexpr int kThreads = 256;
constexpr int kWarps = kThreads / kWarp;

/// The view of the row's adapter; one without matrices where it has none.
__device__ LoraView view_of(const LoraArgs& args, std::int64_t row,
                            const LoraArgs::Target& target) {
  const std::int32_t slot = args.slots[row];
  if (slot == 0) return LoraView();
  return args.views[(slot - 1) * args.views_stride + target.view];
}

/// A x: a block for each row and target, a warp for each element.
__global__ void __launch_bounds__(kThreads) shrink_kernel(LoraArgs args) {
  const std::int64_t row = blockIdx.x;
  const LoraView view = view_of(args, row, args.targets[blockIdx.y]);
  if (view.a == nullptr) return;
  const float* x = args.x + row * args.x_stride;
  float* narrow = args.narrow + (row * kMostLoraTargets + blockIdx.y) * args.narrow_stride;
  for (int r = warp_id(); r < view.rank; r += kWarps) {
    const float* a = view.a + r * args.columns;
    float sum = 0.0F;
    for (std::int64_t c = lane_id(); c < args.columns; c += kWarp) sum = fmaf(a[c], x[c], sum);
    sum = warp_sum(sum);
    if (lane_id() == 0) narrow[r] = sum;
  }
}

/// y += scale * B h: a thread for each output.
__global__ void __launch_bounds__(kThreads) expand_kernel(LoraArgs args) {
  const std::int64_t row = blockIdx.x;
  const LoraArgs::Target target = args.targets[blockIdx.z];
  const std::int64_t output = std::int64_t{blockIdx.y} * kThreads + threadIdx.x;
  if (output >= target.num_outputs) return;
  const LoraView view = view_of(args, row, target);
  if (view.a == nullptr) return;
  const float* narrow = args.narrow + (row * kMostLoraTargets + blockIdx.z) * args.narrow_stride;
  float sum = 0.0F;
  for (int r = 0; r < view.rank; ++r) {
    sum = fmaf(view.b[r * target.num_outputs + output], narrow[r], sum);
  }
  float* y = args.y + row * args.y_stride + target.first_output + output;
  *y = fmaf(view.scale, sum, *y);
}

}  // namespace

Result<void> add_adapters(const LoraArgs& args, cudaStream_t stream) {
  INFERLAB_CHECK(args.num_rows >= 0 && args.num_rows < (std::int64_t{1} << 31) &&
                 args.num_targets >= 1 && args.num_targets <= kMostLoraTargets);
  if (args.num_rows == 0) return {};
  const auto num_targets = static_cast<unsigned>(args.num_targets);
  std::int64_t most = 0;
  for (int i = 0; i < args.num_targets; ++i) most = std::max(most, args.targets[i].num_outputs);
  INFERLAB_TRY_VOID(
      launch("shrink of an adapter", &shrink_kernel,
             {.grid = dim3(grid_size(args.num_rows), num_targets), .block = dim3(kThreads)}, stream,
             args));
  return launch(
      "expansion of an adapter", &expand_kernel,
      {.grid = dim3(grid_size(args.num_rows), grid_size(ceil_div(most, kThreads)), num_targets),
       .block = dim3(kThreads)},
      stream, args);
}

}  // namespace inferlab::cuda
