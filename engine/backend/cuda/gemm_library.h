#pragma once

#include <cuda_runtime_api.h>

#include <cstdint>
#include <memory>

#include "engine/base/result.h"

namespace inferlab::cuda {

/// y = x W^T for many rows of x. W and x are row-major in BF16 or F16, y in F32.
struct GemmArgs {
  bool is_bf16;
  const void* w;  // [w_rows, w_stride]
  std::int64_t w_rows, columns, w_stride;
  const void* x;  // [num_rows, x_stride]
  std::int64_t num_rows, x_stride;
  float* y;  // [num_rows, y_stride]
  std::int64_t y_stride;
};

/// cuBLASLt, looked for when the program runs: it need not be where the program is built or
/// started, and its 500 MB are none of it. What it gives for a row depends on how many rows there
/// are.
class GemmLibrary {
 public:
  /// kUnavailable where it is not found.
  static Result<std::unique_ptr<GemmLibrary>> find();
  virtual ~GemmLibrary() = default;
  GemmLibrary() = default;
  GemmLibrary(const GemmLibrary&) = delete;
  GemmLibrary& operator=(const GemmLibrary&) = delete;

  /// Returns when the work is queued. One stream at a time: there is one workspace.
  virtual Result<void> multiply(const GemmArgs& args, cudaStream_t stream) = 0;
};

}  // namespace inferlab::cuda
