#include "engine/backend/cuda/devices.h"

#include <cuda_runtime_api.h>
#include <fmt/format.h>

#include <utility>

#include "engine/backend/cuda/cuda_error.h"

namespace inferlab::cuda {

Result<std::vector<DeviceInfo>> devices() {
  int count = 0;
  const cudaError_t counted = cudaGetDeviceCount(&count);
  if (counted != cudaSuccess) return cuda_error("no device", counted);
  std::vector<DeviceInfo> result;
  for (int index = 0; index < count; ++index) {
    cudaDeviceProp properties{};
    const cudaError_t asked = cudaGetDeviceProperties(&properties, index);
    if (asked != cudaSuccess) return cuda_error(fmt::format("device {}", index), asked);
    result.push_back(
        {.backend = "cuda",
         .name = properties.name,
         .memory_bytes = static_cast<std::int64_t>(properties.totalGlobalMem),
         .compute_capability = fmt::format("{}.{}", properties.major, properties.minor)});
  }
  return result;
}

}  // namespace inferlab::cuda
