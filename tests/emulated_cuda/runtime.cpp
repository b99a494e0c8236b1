// The functions of the CUDA runtime.

#include <cstdio>
#include <cstdlib>
#include <map>
#include <memory>
#include <vector>

#include "stream_state.h"

namespace emulated {
namespace {

constexpr std::size_t kDeviceBytes = std::size_t{1} << 30;
std::int64_t replays = 0;

}  // namespace

[[noreturn]] void fail(const char* what) {
  std::fprintf(stderr, "emulated CUDA: %s\n", what);
  std::abort();
}

void put(cudaStream_t stream, std::function<void()> work) {
  if (stream != nullptr && stream->capture) {
    stream->capture->work.push_back(std::move(work));
  } else {
    work();
  }
}

cudaError_t copy(void* to, const void* from, std::size_t bytes, cudaStream_t stream) {
  put(stream, [=] { std::memmove(to, from, bytes); });
  return cudaSuccess;
}

cudaError_t copy_rows(void* to, std::size_t to_pitch, const void* from, std::size_t from_pitch,
                      std::size_t width, std::size_t height, cudaStream_t stream) {
  if (width > to_pitch || width > from_pitch) return cudaErrorInvalidValue;
  put(stream, [=] {
    for (std::size_t row = 0; row < height; ++row) {
      std::memcpy(static_cast<char*>(to) + row * to_pitch,
                  static_cast<const char*>(from) + row * from_pitch, width);
    }
  });
  return cudaSuccess;
}

cudaError_t fill(void* to, int byte, std::size_t bytes, cudaStream_t stream) {
  put(stream, [=] { std::memset(to, byte, bytes); });
  return cudaSuccess;
}

std::int64_t num_replays() {
  return replays;
}

namespace {

/// What is allocated, by its first byte.
std::map<void*, std::size_t> allocations;
std::size_t allocated_bytes = 0;
constexpr std::size_t kGuardBytes = 256;
constexpr unsigned char kGuard = 0xa5;

}  // namespace
}  // namespace emulated

using emulated::allocated_bytes;
using emulated::allocations;

cudaError_t cudaGetLastError() {
  return cudaSuccess;
}
const char* cudaGetErrorString(cudaError_t code) {
  switch (code) {
    case cudaSuccess:
      return "no error";
    case cudaErrorMemoryAllocation:
      return "out of memory";
    case cudaErrorNoDevice:
      return "no CUDA-capable device is detected";
    default:
      return "invalid argument";
  }
}
cudaError_t cudaGetDeviceCount(int* count) {
  *count = 1;
  return cudaSuccess;
}
cudaError_t cudaGetDeviceProperties(cudaDeviceProp* properties, int /*device*/) {
  *properties = {};
  std::strcpy(properties->name, "emulated");
  properties->totalGlobalMem = emulated::kDeviceBytes;
  properties->major = 8;
  properties->minor = 0;
  properties->multiProcessorCount = 4;
  return cudaSuccess;
}
cudaError_t cudaSetDevice(int device) {
  return device == 0 ? cudaSuccess : cudaErrorInvalidValue;
}
cudaError_t cudaDeviceGetAttribute(int* value, cudaDeviceAttr attribute, int /*device*/) {
  *value = attribute == cudaDevAttrMultiProcessorCount ? 4 : 8;
  return cudaSuccess;
}
cudaError_t cudaDeviceSynchronize() {
  return cudaSuccess;
}
cudaError_t cudaMemGetInfo(std::size_t* free_bytes, std::size_t* total_bytes) {
  *total_bytes = emulated::kDeviceBytes;
  *free_bytes = emulated::kDeviceBytes - allocated_bytes;
  return cudaSuccess;
}
cudaError_t cudaMalloc(void** memory, std::size_t bytes) {
  if (bytes > emulated::kDeviceBytes - allocated_bytes) return cudaErrorMemoryAllocation;
  const std::size_t whole = (bytes + 255) / 256 * 256;
  *memory = std::aligned_alloc(256, whole + emulated::kGuardBytes);
  std::memset(*memory, 0xff, bytes);
  std::memset(static_cast<char*>(*memory) + bytes, emulated::kGuard,
              whole - bytes + emulated::kGuardBytes);
  allocations[*memory] = bytes;
  allocated_bytes += bytes;
  return cudaSuccess;
}
cudaError_t cudaFree(void* memory) {
  if (memory == nullptr) return cudaSuccess;
  const auto at = allocations.find(memory);
  if (at == allocations.end()) emulated::fail("cudaFree of what was not allocated");
  const auto* bytes = static_cast<const unsigned char*>(memory);
  for (std::size_t i = 0; i < emulated::kGuardBytes; ++i) {
    if (bytes[at->second + i] != emulated::kGuard) emulated::fail("written behind an allocation");
  }
  allocated_bytes -= at->second;
  allocations.erase(at);
  std::free(memory);
  return cudaSuccess;
}
cudaError_t cudaHostAlloc(void** memory, std::size_t bytes, unsigned /*flags*/) {
  *memory = std::aligned_alloc(256, (bytes + 255) / 256 * 256);
  std::memset(*memory, 0xff, bytes);
  return cudaSuccess;
}
cudaError_t cudaFreeHost(void* memory) {
  std::free(memory);
  return cudaSuccess;
}
cudaError_t cudaMemcpy(void* to, const void* from, std::size_t bytes, cudaMemcpyKind /*kind*/) {
  return emulated::copy(to, from, bytes, nullptr);
}
cudaError_t cudaMemcpyAsync(void* to, const void* from, std::size_t bytes, cudaMemcpyKind /*kind*/,
                            cudaStream_t stream) {
  return emulated::copy(to, from, bytes, stream);
}
cudaError_t cudaMemcpy2DAsync(void* to, std::size_t to_pitch, const void* from,
                              std::size_t from_pitch, std::size_t width, std::size_t height,
                              cudaMemcpyKind /*kind*/, cudaStream_t stream) {
  return emulated::copy_rows(to, to_pitch, from, from_pitch, width, height, stream);
}
cudaError_t cudaMemset(void* to, int byte, std::size_t bytes) {
  return emulated::fill(to, byte, bytes, nullptr);
}
cudaError_t cudaMemsetAsync(void* to, int byte, std::size_t bytes, cudaStream_t stream) {
  return emulated::fill(to, byte, bytes, stream);
}
cudaError_t cudaStreamCreateWithFlags(cudaStream_t* stream, unsigned /*flags*/) {
  *stream = new emulated::StreamState();
  return cudaSuccess;
}
cudaError_t cudaStreamDestroy(cudaStream_t stream) {
  delete stream;
  return cudaSuccess;
}
cudaError_t cudaStreamSynchronize(cudaStream_t stream) {
  // A device refuses it, too.
  return stream != nullptr && stream->capture ? cudaErrorInvalidValue : cudaSuccess;
}
cudaError_t cudaStreamWaitEvent(cudaStream_t /*stream*/, cudaEvent_t /*event*/,
                                unsigned /*flags*/) {
  return cudaSuccess;
}
cudaError_t cudaStreamBeginCapture(cudaStream_t stream, cudaStreamCaptureMode /*mode*/) {
  stream->capture = std::make_unique<emulated::GraphState>();
  return cudaSuccess;
}
cudaError_t cudaStreamEndCapture(cudaStream_t stream, cudaGraph_t* graph) {
  *graph = stream->capture.release();
  return cudaSuccess;
}
cudaError_t cudaGraphInstantiate(cudaGraphExec_t* exec, cudaGraph_t graph,
                                 unsigned long long /*flags*/) {
  *exec = new emulated::GraphState(*graph);
  return cudaSuccess;
}
cudaError_t cudaGraphLaunch(cudaGraphExec_t exec, cudaStream_t /*stream*/) {
  ++emulated::replays;
  for (const std::function<void()>& work : exec->work) work();
  return cudaSuccess;
}
cudaError_t cudaGraphDestroy(cudaGraph_t graph) {
  delete graph;
  return cudaSuccess;
}
cudaError_t cudaGraphExecDestroy(cudaGraphExec_t exec) {
  delete exec;
  return cudaSuccess;
}
cudaError_t cudaEventCreate(cudaEvent_t* event) {
  *event = new emulated::EventState();
  return cudaSuccess;
}
cudaError_t cudaEventDestroy(cudaEvent_t event) {
  delete event;
  return cudaSuccess;
}
cudaError_t cudaEventRecord(cudaEvent_t /*event*/, cudaStream_t /*stream*/) {
  return cudaSuccess;
}
cudaError_t cudaEventSynchronize(cudaEvent_t /*event*/) {
  return cudaSuccess;
}
cudaError_t cudaEventElapsedTime(float* ms, cudaEvent_t /*begin*/, cudaEvent_t /*end*/) {
  *ms = 1.0F;
  return cudaSuccess;
}
