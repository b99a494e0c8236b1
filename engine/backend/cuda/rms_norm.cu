#include "engine/backend/cuda/rms_norm.h"

#include "engine/backend/cuda/launch.h"
#include "engine/backend/cuda/store_slab.h"
#include "engine/base/check.h"

namespace inferlab::cuda {
namespace {

constexpr int kThreads = 256;
constexpr int kWarps = kThreads / kWarp;

/// The sum over all threads of the block, in every thread.
__device__ float block_sum(float value) {
  __shared__ float warp_sums[kWarps];
  value = warp_sum(value);
  if (lane_id() == 0) warp_sums[warp_id()] = value;
  __syncthreads();
  float sum = 0.0F;
  for (int warp = 0; warp < kWarps; ++warp) sum += warp_sums[warp];
  return sum;
}

/// One block per row; its warps stride over the row's slabs, so any width will do.
template <Form kForm>
__global__ void __launch_bounds__(kThreads) rms_norm_kernel(RmsNormArgs args) {
  const std::int64_t row = blockIdx.x;
  const std::int64_t from = (args.rows == nullptr ? row : args.rows[row]) * args.width;
  const bool add = args.delta != nullptr;
  float squares = 0.0F;
  for (std::int64_t i = threadIdx.x; i < args.width; i += kThreads) {
    float value = args.hidden[from + i];
    if (add) value += args.delta[from + i];
    if (add && args.rows == nullptr) args.hidden[from + i] = value;
    squares = fmaf(value, value, squares);
  }
  const float mean = block_sum(squares) / static_cast<float>(args.width);
  const float scale = 1.0F / sqrtf(mean + args.eps);
  const bool add_again = add && args.rows != nullptr;
  // A thread meets the columns of above again: what it wrote, it reads.
  for (std::int64_t slab = warp_id(); slab < args.out.stride / kWarp; slab += kWarps) {
    const std::int64_t i = slab * kWarp + lane_id();
    float value = 0.0F;
    if (i < args.width) {
      value = args.hidden[from + i];
      if (add_again) value += args.delta[from + i];
      value = value * scale * args.weight[i];
    }
    store_slab<kForm>(args.out, row, slab, value);
  }
}

}  // namespace

Result<void> rms_norm(const RmsNormArgs& args, cudaStream_t stream) {
  INFERLAB_CHECK(args.num_rows >= 0 && args.num_rows < (std::int64_t{1} << 31) && args.width > 0);
  if (args.num_rows == 0) return {};
  return with_form(args.form, [&]<Form kForm>() {
    return launch("rms_norm", &rms_norm_kernel<kForm>,
                  {.grid = dim3(grid_size(args.num_rows)), .block = dim3(kThreads)}, stream, args);
  });
}

}  // namespace inferlab::cuda
