#pragma once

#include <cuda_runtime_api.h>

#include <cstddef>
#include <span>
#include <utility>

#include "engine/backend/cuda/cuda_error.h"
#include "engine/base/check.h"
#include "engine/base/result.h"

namespace inferlab::cuda {

/// Owns `size()` elements in the memory of the current device.
template <typename T>
class DeviceArray {
 public:
  DeviceArray() = default;
  /// kExhausted when the device's memory does not suffice.
  static Result<DeviceArray> create(std::size_t size) {
    void* memory = nullptr;
    if (size == 0) return DeviceArray();
    const cudaError_t code = cudaMalloc(&memory, size * sizeof(T));
    if (code != cudaSuccess) {
      (void)cudaGetLastError();  // an allocation that failed harms nothing that comes after it
      return cuda_error("allocation of " + std::to_string(size * sizeof(T)) + " bytes", code);
    }
    return DeviceArray(static_cast<T*>(memory), size);
  }
  static Result<DeviceArray> from(std::span<const T> values) {
    INFERLAB_TRY(DeviceArray array, create(values.size()));
    if (values.empty()) return array;
    INFERLAB_TRY_VOID(checked(
        "copy to the device",
        cudaMemcpy(array.data(), values.data(), values.size_bytes(), cudaMemcpyHostToDevice)));
    // A copy from pageable memory may return before it has arrived, and streams of our own do not
    // wait for the default one.
    INFERLAB_TRY_VOID(checked("copy to the device", cudaStreamSynchronize(nullptr)));
    return array;
  }

  DeviceArray(DeviceArray&& other) noexcept
      : data_(std::exchange(other.data_, nullptr)), size_(std::exchange(other.size_, 0)) {}
  DeviceArray& operator=(DeviceArray&& other) noexcept {
    std::swap(data_, other.data_);
    std::swap(size_, other.size_);
    return *this;
  }
  DeviceArray(const DeviceArray&) = delete;
  DeviceArray& operator=(const DeviceArray&) = delete;
  ~DeviceArray() { (void)cudaFree(data_); }

  [[nodiscard]] T* data() const { return data_; }
  [[nodiscard]] std::size_t size() const { return size_; }
  [[nodiscard]] std::size_t size_bytes() const { return size_ * sizeof(T); }

  /// Room for `size` elements at least; what was in it is lost when it grows. Nothing may be queued
  /// that uses it.
  Result<void> reserve(std::size_t size) {
    if (size <= size_) return {};
    *this = DeviceArray();  // first, so that both need not fit
    INFERLAB_TRY(*this, create(size));
    return {};
  }

  /// Waits for the work before it. Checks: values.size() == size().
  Result<void> copy_to(std::span<T> values) const {
    INFERLAB_CHECK(values.size() == size_);
    return checked("copy from the device",
                   cudaMemcpy(values.data(), data_, values.size_bytes(), cudaMemcpyDeviceToHost));
  }

 private:
  DeviceArray(T* data, std::size_t size) : data_(data), size_(size) {}

  T* data_ = nullptr;
  std::size_t size_ = 0;
};

/// Owns page-locked memory of the host: what copies run from and to at the link's speed, while the
/// host does something else.
template <typename T>
class PinnedArray {
 public:
  PinnedArray() = default;
  static Result<PinnedArray> create(std::size_t size) {
    void* memory = nullptr;
    if (size == 0) return PinnedArray();
    INFERLAB_TRY_VOID(checked("allocation of pinned memory",
                              cudaHostAlloc(&memory, size * sizeof(T), cudaHostAllocDefault)));
    return PinnedArray(static_cast<T*>(memory), size);
  }
  PinnedArray(PinnedArray&& other) noexcept
      : data_(std::exchange(other.data_, nullptr)), size_(std::exchange(other.size_, 0)) {}
  PinnedArray& operator=(PinnedArray&& other) noexcept {
    std::swap(data_, other.data_);
    std::swap(size_, other.size_);
    return *this;
  }
  PinnedArray(const PinnedArray&) = delete;
  PinnedArray& operator=(const PinnedArray&) = delete;
  ~PinnedArray() { (void)cudaFreeHost(data_); }

  [[nodiscard]] T* data() const { return data_; }
  [[nodiscard]] std::size_t size() const { return size_; }
  Result<void> reserve(std::size_t size) {
    if (size <= size_) return {};
    *this = PinnedArray();
    INFERLAB_TRY(*this, create(size));
    return {};
  }

 private:
  PinnedArray(T* data, std::size_t size) : data_(data), size_(size) {}

  T* data_ = nullptr;
  std::size_t size_ = 0;
};

}  // namespace inferlab::cuda
