#pragma once

#include <cuda_runtime_api.h>

#include <cstddef>
#include <span>
#include <utility>

#include "engine/backend/cuda/cuda_error.h"
#include "engine/base/check.h"
#include "engine/base/result.h"

namespace inferlab::cuda {

/// Owns `size()` floats on the current device.
class DeviceBuffer {
 public:
  /// kExhausted when the device's memory does not suffice.
  static Result<DeviceBuffer> create(std::size_t size) {
    void* memory = nullptr;
    const cudaError_t code = cudaMalloc(&memory, size * sizeof(float));
    if (code != cudaSuccess) return cuda_error("allocation", code);
    return DeviceBuffer(static_cast<float*>(memory), size);
  }
  static Result<DeviceBuffer> from(std::span<const float> values) {
    INFERLAB_TRY(DeviceBuffer buffer, create(values.size()));
    const cudaError_t code =
        cudaMemcpy(buffer.data(), values.data(), values.size_bytes(), cudaMemcpyHostToDevice);
    if (code != cudaSuccess) return cuda_error("copy to the device", code);
    return buffer;
  }

  DeviceBuffer(DeviceBuffer&& other) noexcept
      : data_(std::exchange(other.data_, nullptr)), size_(std::exchange(other.size_, 0)) {}
  DeviceBuffer& operator=(DeviceBuffer&& other) noexcept {
    std::swap(data_, other.data_);
    std::swap(size_, other.size_);
    return *this;
  }
  DeviceBuffer(const DeviceBuffer&) = delete;
  DeviceBuffer& operator=(const DeviceBuffer&) = delete;
  ~DeviceBuffer() { (void)cudaFree(data_); }

  [[nodiscard]] float* data() const { return data_; }
  [[nodiscard]] std::size_t size() const { return size_; }

  /// Waits for the work before it. Checks: values.size() == size().
  Result<void> copy_to(std::span<float> values) const {
    INFERLAB_CHECK(values.size() == size_);
    const cudaError_t code =
        cudaMemcpy(values.data(), data_, values.size_bytes(), cudaMemcpyDeviceToHost);
    if (code != cudaSuccess) return cuda_error("copy from the device", code);
    return {};
  }

 private:
  DeviceBuffer(float* data, std::size_t size) : data_(data), size_(size) {}

  float* data_;
  std::size_t size_;
};

}  // namespace inferlab::cuda
