#pragma once

#include <cuda_runtime_api.h>

#include <string>
#include <string_view>

#include "engine/base/error.h"
#include "engine/base/result.h"

namespace inferlab::cuda {

/// "cuda: WHAT: REASON", kExhausted when the device's memory does not suffice, else kUnavailable.
inline Error cuda_error(std::string_view what, cudaError_t code) {
  const ErrorKind kind =
      code == cudaErrorMemoryAllocation ? ErrorKind::kExhausted : ErrorKind::kUnavailable;
  return Error{kind, "cuda: " + std::string(what) + ": " + cudaGetErrorString(code)};
}

/// Nothing, or the error: what every call of the runtime goes through.
inline Result<void> checked(std::string_view what, cudaError_t code) {
  if (code != cudaSuccess) return cuda_error(what, code);
  return {};
}

}  // namespace inferlab::cuda
