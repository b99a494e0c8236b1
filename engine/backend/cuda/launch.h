#pragma once

#include <cuda_runtime.h>

#include <cstdint>
#include <string_view>
#include <utility>

#include "engine/backend/cuda/cuda_error.h"
#include "engine/base/result.h"

namespace inferlab::cuda {

/// Included by .cu files alone. Without nvcc they are compiled against tests/emulated_cuda, which
/// runs kernels on the processor.
struct LaunchShape {
  dim3 grid;
  dim3 block;
  std::size_t shared_bytes = 0;
};

/// Queues the kernel; kUnavailable when it cannot be. What goes wrong while it runs is told by a
/// later call.
template <typename... Params, typename... Args>
Result<void> launch(std::string_view what, void (*kernel)(Params...), const LaunchShape& shape,
                    cudaStream_t stream, Args&&... args) {
#ifdef __CUDACC__
  kernel<<<shape.grid, shape.block, shape.shared_bytes, stream>>>(std::forward<Args>(args)...);
#else
  emulated::launch(shape.grid, shape.block, shape.shared_bytes, stream,
                   [kernel, ... copied = static_cast<Params>(args)] { kernel(copied...); });
#endif
  return checked(what, cudaGetLastError());
}

inline unsigned grid_size(std::int64_t count) {
  return static_cast<unsigned>(count);
}

}  // namespace inferlab::cuda
