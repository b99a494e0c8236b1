#include "engine/backend/cuda/embed.h"

#include "engine/backend/cuda/launch.h"

namespace inferlab::cuda {
namespace {

constexpr int kThreads = 256;

__global__ void __launch_bounds__(kThreads)
    embed_kernel(DeviceMatrix matrix, const std::int32_t* token_ids, float* hidden) {
  const std::int64_t column = std::int64_t{blockIdx.y} * kThreads + threadIdx.x;
  if (column >= matrix.columns) return;
  const std::int64_t row = blockIdx.x;
  hidden[row * matrix.columns + column] = matrix_value(matrix, token_ids[row], column);
}

}  // namespace

Result<void> embed(const DeviceMatrix& matrix, const std::int32_t* token_ids, std::int64_t num_rows,
                   float* hidden, cudaStream_t stream) {
  if (num_rows == 0) return {};
  return launch("embed", &embed_kernel,
                {.grid = dim3(grid_size(num_rows), grid_size(ceil_div(matrix.columns, kThreads))),
                 .block = dim3(kThreads)},
                stream, matrix, token_ids, hidden);
}

}  // namespace inferlab::cuda
