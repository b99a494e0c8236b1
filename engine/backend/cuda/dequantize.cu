#include "engine/backend/cuda/dequantize.h"

#include "engine/backend/cuda/launch.h"

namespace inferlab::cuda {
namespace {

constexpr int kThreads = 256;

/// A thread per two columns of a row; the type is a constant, so that little is left of
/// packed_value().
template <TensorType kType>
__global__ void __launch_bounds__(kThreads)
    dequantize_kernel(const std::uint8_t* data, std::int64_t columns, std::uint16_t* out) {
  const std::int64_t column = (std::int64_t{blockIdx.y} * kThreads + threadIdx.x) * 2;
  if (column >= columns) return;
  const std::int64_t row = blockIdx.x;
  const float low = packed_value(kType, data, columns, row, column);
  const float high = packed_value(kType, data, columns, row, column + 1);
  const std::uint32_t both = bf16_from_float(low) | std::uint32_t{bf16_from_float(high)} << 16;
  *reinterpret_cast<std::uint32_t*>(out + row * columns + column) = both;
}

template <TensorType kType>
Result<void> start(const DeviceMatrix& matrix, std::uint16_t* out, cudaStream_t stream) {
  return launch(
      "dequantize", &dequantize_kernel<kType>,
      {.grid = dim3(grid_size(matrix.rows), grid_size(ceil_div(matrix.columns, 2 * kThreads))),
       .block = dim3(kThreads)},
      stream, matrix.data, matrix.columns, out);
}

}  // namespace

Result<void> dequantize(const DeviceMatrix& matrix, std::uint16_t* out, cudaStream_t stream) {
  switch (matrix.type) {
    case TensorType::kQ8_0:
      return start<TensorType::kQ8_0>(matrix, out, stream);
    case TensorType::kQ4_0:
      return start<TensorType::kQ4_0>(matrix, out, stream);
    case TensorType::kQ4_K:
      return start<TensorType::kQ4_K>(matrix, out, stream);
    case TensorType::kQ5_K:
      return start<TensorType::kQ5_K>(matrix, out, stream);
    default:
      return start<TensorType::kQ6_K>(matrix, out, stream);
  }
}

}  // namespace inferlab::cuda
