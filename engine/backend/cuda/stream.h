#pragma once

#include <cuda_runtime_api.h>

#include <utility>

#include "engine/backend/cuda/cuda_error.h"
#include "engine/base/result.h"

namespace inferlab::cuda {

/// A queue of work on the current device: what is put into it runs in that order.
class Stream {
 public:
  static Result<Stream> create() {
    cudaStream_t handle = nullptr;
    INFERLAB_TRY_VOID(checked("stream", cudaStreamCreateWithFlags(&handle, cudaStreamNonBlocking)));
    return Stream(handle);
  }
  Stream(Stream&& other) noexcept : handle_(std::exchange(other.handle_, nullptr)) {}
  Stream& operator=(Stream&& other) noexcept {
    std::swap(handle_, other.handle_);
    return *this;
  }
  Stream(const Stream&) = delete;
  Stream& operator=(const Stream&) = delete;
  ~Stream() {
    if (handle_ != nullptr) (void)cudaStreamDestroy(handle_);
  }
  [[nodiscard]] cudaStream_t get() const { return handle_; }
  /// Waits until all of it has run; tells what went wrong in it.
  Result<void> wait() const { return checked("a kernel", cudaStreamSynchronize(handle_)); }

 private:
  explicit Stream(cudaStream_t handle) : handle_(handle) {}
  cudaStream_t handle_ = nullptr;
};

/// A point in a stream, to wait for and to take the time of.
class Event {
 public:
  static Result<Event> create() {
    cudaEvent_t handle = nullptr;
    INFERLAB_TRY_VOID(checked("event", cudaEventCreate(&handle)));
    return Event(handle);
  }
  Event(Event&& other) noexcept : handle_(std::exchange(other.handle_, nullptr)) {}
  Event& operator=(Event&& other) noexcept {
    std::swap(handle_, other.handle_);
    return *this;
  }
  Event(const Event&) = delete;
  Event& operator=(const Event&) = delete;
  ~Event() {
    if (handle_ != nullptr) (void)cudaEventDestroy(handle_);
  }
  Result<void> record(const Stream& stream) const {
    return checked("event", cudaEventRecord(handle_, stream.get()));
  }
  /// One that was never recorded is over at once.
  Result<void> wait() const { return checked("event", cudaEventSynchronize(handle_)); }
  /// Milliseconds from `begin` to this one; both must be over.
  Result<double> since(const Event& begin) const {
    float ms = 0;
    INFERLAB_TRY_VOID(checked("event", cudaEventElapsedTime(&ms, begin.handle_, handle_)));
    return static_cast<double>(ms);
  }

 private:
  explicit Event(cudaEvent_t handle) : handle_(handle) {}
  cudaEvent_t handle_ = nullptr;
};

}  // namespace inferlab::cuda
