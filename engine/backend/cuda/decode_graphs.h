#pragma once

#include <cuda_runtime_api.h>

#include <cstdint>
#include <functional>
#include <map>

#include "engine/base/result.h"

namespace inferlab::cuda {

/// CUDA graphs of decode steps, one for each number of rows: a step of a few hundred short kernels
/// is then one call. The first step of a size runs as it is (which also loads its kernels), the
/// second is captured, later ones are replays.
class DecodeGraphs {
 public:
  DecodeGraphs() = default;
  DecodeGraphs(const DecodeGraphs&) = delete;
  DecodeGraphs& operator=(const DecodeGraphs&) = delete;
  ~DecodeGraphs() { clear(); }

  /// Runs what `queue` queues into `stream`.
  Result<void> run(std::int64_t rows, cudaStream_t stream,
                   const std::function<Result<void>()>& queue);
  /// When something that kernels read or write has moved.
  void clear();

 private:
  struct Entry {
    bool has_run = false;
    cudaGraphExec_t exec = nullptr;
  };
  std::map<std::int64_t, Entry> entries_;
};

}  // namespace inferlab::cuda
