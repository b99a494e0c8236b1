#pragma once

#include <cuda_runtime_api.h>

#include <cstdint>

#include "engine/base/result.h"

namespace inferlab::cuda {

/// What an adapter has for one linear layer, on the device.
struct LoraView {
  const float* a = nullptr;  ///< [rank, columns]; null: nothing
  const float* b = nullptr;  ///< [rank, rows of the layer's weights]: B, transposed
  std::int32_t rank = 0;
  float scale = 0;
};

inline constexpr int kMostLoraTargets = 3;

/// Outputs of linear layers with one input, side by side in a row of y.
struct LoraArgs {
  struct Target {
    std::int32_t view = 0;  ///< which of an adapter's
    std::int64_t first_output = 0;
    std::int64_t num_outputs = 0;
  };

  const LoraView* views = nullptr;  ///< of slot 1; those of slot s are (s - 1) * views_stride on
  std::int64_t views_stride = 0;
  const std::int32_t* slots = nullptr;  ///< [num_rows]; 0: no adapter
  Target targets[kMostLoraTargets];
  std::int32_t num_targets = 0;
  const float* x = nullptr;  ///< [num_rows, x_stride], `columns` of them
  std::int64_t x_stride = 0;
  std::int64_t columns = 0;
  std::int64_t num_rows = 0;
  float* narrow = nullptr;         ///< scratch: [num_rows, kMostLoraTargets, narrow_stride]
  std::int64_t narrow_stride = 0;  ///< the largest rank at least
  float* y = nullptr;
  std::int64_t y_stride = 0;
};

/// y += scale * B (A x) for the rows that have an adapter, what reference::Adapters adds, to about
/// 1e-6 relative. A row's bits do not depend on the others. Returns when the work is queued.
Result<void> add_adapters(const LoraArgs& args, cudaStream_t stream);

}  // namespace inferlab::cuda
