#include "engine/backend/cuda/rms_norm.h"

#include <cuda_runtime.h>

#include "engine/backend/cuda/cuda_error.h"
#include "engine/base/check.h"

namespace inferlab::cuda {
namespace {

constexpr int kWarp = 32;
constexpr int kThreads = 256;
constexpr int kWarps = kThreads / kWarp;

__device__ float warp_sum(float value) {
  for (int offset = kWarp / 2; offset > 0; offset /= 2) {
    value += __shfl_xor_sync(0xffffffffU, value, offset);
  }
  return value;
}

/// The sum over all threads of the block, in every thread.
__device__ float block_sum(float value) {
  __shared__ float warp_sums[kWarps];
  value = warp_sum(value);
  if (threadIdx.x % kWarp == 0) warp_sums[threadIdx.x / kWarp] = value;
  __syncthreads();
  float sum = 0.0F;
  for (int warp = 0; warp < kWarps; ++warp) sum += warp_sums[warp];
  return sum;
}

/// One block per row; its threads stride over the row, so any width will do.
__global__ void rms_norm_kernel(const float* x, const float* weight, float eps, std::int64_t width,
                                float* out) {
  const float* row = x + static_cast<std::int64_t>(blockIdx.x) * width;
  float* out_row = out + static_cast<std::int64_t>(blockIdx.x) * width;
  float squares = 0.0F;
  for (std::int64_t i = threadIdx.x; i < width; i += kThreads) squares += row[i] * row[i];
  const float mean = block_sum(squares) / static_cast<float>(width);
  const float scale = 1.0F / sqrtf(mean + eps);
  // Each thread writes only what it alone reads, so out may be x.
  for (std::int64_t i = threadIdx.x; i < width; i += kThreads) {
    out_row[i] = row[i] * scale * weight[i];
  }
}

}  // namespace

Result<void> rms_norm(const float* x, const float* weight, float eps, std::int64_t num_rows,
                      std::int64_t width, float* out) {
  INFERLAB_CHECK(num_rows >= 0 && num_rows < (std::int64_t{1} << 31) && width > 0);
  if (num_rows == 0) return {};
  rms_norm_kernel<<<static_cast<unsigned>(num_rows), kThreads>>>(x, weight, eps, width, out);
  const cudaError_t code = cudaGetLastError();
  if (code != cudaSuccess) return cuda_error("rms_norm", code);
  return {};
}

}  // namespace inferlab::cuda
