#include "engine/backend/cuda/rope_table.h"

#include "engine/backend/cuda/launch.h"

namespace inferlab::cuda {
namespace {

constexpr int kThreads = 128;

__global__ void __launch_bounds__(kThreads)
    rope_table_kernel(const double* frequencies, std::int64_t num_pairs, double magnitude,
                      std::int64_t count, float2* table) {
  const std::int64_t at = std::int64_t{blockIdx.x} * kThreads + threadIdx.x;
  if (at >= count) return;
  const auto position = static_cast<double>(at / num_pairs);
  const Turn turn = turn_of(position * frequencies[at % num_pairs]);
  table[at] =
      float2{static_cast<float>(turn.cos * magnitude), static_cast<float>(turn.sin * magnitude)};
}

}  // namespace

Result<void> rope_table(const double* frequencies, std::int64_t num_pairs, double magnitude,
                        std::int64_t num_positions, float2* table, cudaStream_t stream) {
  const std::int64_t count = num_pairs * num_positions;
  if (count == 0) return {};
  return launch("rope_table", &rope_table_kernel,
                {.grid = dim3(grid_size(ceil_div(count, kThreads))), .block = dim3(kThreads)},
                stream, frequencies, num_pairs, magnitude, count, table);
}

}  // namespace inferlab::cuda
