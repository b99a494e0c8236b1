#pragma once

#include <cuda_runtime_api.h>

#include <string>
#include <string_view>

#include "engine/base/error.h"

namespace inferlab::cuda {

/// "cuda: WHAT: REASON", kExhausted when the device's memory does not suffice, else kUnavailable.
inline Error cuda_error(std::string_view what, cudaError_t code) {
  const ErrorKind kind =
      code == cudaErrorMemoryAllocation ? ErrorKind::kExhausted : ErrorKind::kUnavailable;
  return Error{kind, "cuda: " + std::string(what) + ": " + cudaGetErrorString(code)};
}

}  // namespace inferlab::cuda
