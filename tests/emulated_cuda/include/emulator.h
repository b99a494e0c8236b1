#pragma once

// A CUDA device that is no device: kernels run on the processor, one block after the other, each
// thread of a block as a fiber that gives way where threads of CUDA meet (__syncthreads and the
// functions of a warp). What of the language and of the runtime the CUDA backend uses is here, with
// the toolkit's names; a new use needs a new row. It is slow and says nothing about speed; it finds
// wrong indices, wrong fragments, wrong plans, memory that is read before it was written (device
// memory is handed out full of NaN), barriers that some threads do not reach, and, as the order of
// the fibers changes with every launch, barriers that are missing.
//
// Source: NVIDIA, "CUDA C++ Programming Guide"; "Parallel Thread Execution ISA", 9.7.14 (fragments
// of mma.sync).

#include <cmath>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <functional>

#define __global__
#define __device__
#define __host__
#define __shared__ static
#define __forceinline__ inline
#define __launch_bounds__(...)

// NOLINTBEGIN(readability-identifier-naming): names of CUDA.
struct dim3 {
  unsigned x = 1;
  unsigned y = 1;
  unsigned z = 1;
  dim3() = default;
  dim3(unsigned a, unsigned b = 1, unsigned c = 1) : x(a), y(b), z(c) {}  // NOLINT
};
struct alignas(8) uint2 {
  unsigned x, y;
};
struct alignas(16) uint4 {
  unsigned x, y, z, w;
};
struct alignas(8) int2 {
  int x, y;
};
struct alignas(16) int4 {
  int x, y, z, w;
};
struct alignas(8) float2 {
  float x, y;
};
struct alignas(16) float4 {
  float x, y, z, w;
};

enum cudaError_t {
  cudaSuccess = 0,
  cudaErrorInvalidValue = 1,
  cudaErrorMemoryAllocation = 2,
  cudaErrorNoDevice = 100,
};
enum cudaMemcpyKind {
  cudaMemcpyHostToHost = 0,
  cudaMemcpyHostToDevice = 1,
  cudaMemcpyDeviceToHost = 2,
  cudaMemcpyDeviceToDevice = 3,
};
enum cudaStreamCaptureMode {
  cudaStreamCaptureModeGlobal = 0,
  cudaStreamCaptureModeThreadLocal = 1,
};
enum cudaFuncAttribute { cudaFuncAttributeMaxDynamicSharedMemorySize = 8 };
enum cudaDeviceAttr {
  cudaDevAttrMultiProcessorCount = 16,
  cudaDevAttrComputeCapabilityMajor = 75,
};
inline constexpr unsigned cudaStreamNonBlocking = 1;
inline constexpr unsigned cudaHostAllocDefault = 0;

struct cudaDeviceProp {
  char name[256];
  std::size_t totalGlobalMem;
  int major;
  int minor;
  int multiProcessorCount;
};

namespace emulated {
struct StreamState;
struct EventState;
struct GraphState;
}  // namespace emulated
using cudaStream_t = emulated::StreamState*;
using cudaEvent_t = emulated::EventState*;
using cudaGraph_t = emulated::GraphState*;
using cudaGraphExec_t = emulated::GraphState*;

namespace emulated {

extern dim3 thread_index;
extern dim3 block_index;
extern dim3 block_size;
extern dim3 grid_size;

void launch(const dim3& grid, const dim3& block, std::size_t shared_bytes, cudaStream_t stream,
            std::function<void()> kernel);
char* shared_memory();
/// Kernels that were launched so far, replays of graphs included.
std::int64_t num_launches();
/// Graphs that were replayed so far.
std::int64_t num_replays();

void sync_block();
void sync_warp();
/// The value of the lane `source(lane)` of this warp.
std::uint64_t exchange(std::uint64_t value, int source_lane);
unsigned ballot(bool predicate);
int this_lane();

void mma_16(float (&c)[4], const std::uint32_t (&a)[4], std::uint32_t b0, std::uint32_t b1,
            float (*widen)(std::uint16_t));
void mma_s8(std::int32_t (&c)[4], const std::uint32_t (&a)[4], std::uint32_t b0, std::uint32_t b1);
void mma_s8_half(std::int32_t (&c)[4], std::uint32_t a0, std::uint32_t a1, std::uint32_t b);

template <typename T>
T shuffle(T value, int source_lane) {
  std::uint64_t bits = 0;
  std::memcpy(&bits, &value, sizeof value);
  bits = exchange(bits, source_lane);
  std::memcpy(&value, &bits, sizeof value);
  return value;
}

cudaError_t copy(void* to, const void* from, std::size_t bytes, cudaStream_t stream);
cudaError_t copy_rows(void* to, std::size_t to_pitch, const void* from, std::size_t from_pitch,
                      std::size_t width, std::size_t height, cudaStream_t stream);
cudaError_t fill(void* to, int byte, std::size_t bytes, cudaStream_t stream);

}  // namespace emulated

#define threadIdx emulated::thread_index
#define blockIdx emulated::block_index
#define blockDim emulated::block_size
#define gridDim emulated::grid_size

inline void __syncthreads() {
  emulated::sync_block();
}
inline void __syncwarp() {
  emulated::sync_warp();
}
template <typename T>
T __shfl_xor_sync(unsigned /*mask*/, T value, int lane_mask) {
  return emulated::shuffle(value, emulated::this_lane() ^ lane_mask);
}
template <typename T>
T __shfl_sync(unsigned /*mask*/, T value, int source_lane) {
  return emulated::shuffle(value, source_lane);
}
template <typename T>
T __shfl_up_sync(unsigned /*mask*/, T value, int delta) {
  const int lane = emulated::this_lane();
  return emulated::shuffle(value, lane >= delta ? lane - delta : lane);
}
inline unsigned __ballot_sync(unsigned /*mask*/, bool predicate) {
  return emulated::ballot(predicate);
}
template <typename T>
T atomicAdd(T* address, T value) {
  const T old = *address;
  *address += value;
  return old;
}

cudaError_t cudaGetLastError();
const char* cudaGetErrorString(cudaError_t code);
cudaError_t cudaGetDeviceCount(int* count);
cudaError_t cudaGetDeviceProperties(cudaDeviceProp* properties, int device);
cudaError_t cudaSetDevice(int device);
cudaError_t cudaDeviceGetAttribute(int* value, cudaDeviceAttr attribute, int device);
cudaError_t cudaDeviceSynchronize();
cudaError_t cudaMemGetInfo(std::size_t* free_bytes, std::size_t* total_bytes);
cudaError_t cudaMalloc(void** memory, std::size_t bytes);
cudaError_t cudaFree(void* memory);
cudaError_t cudaHostAlloc(void** memory, std::size_t bytes, unsigned flags);
cudaError_t cudaFreeHost(void* memory);
cudaError_t cudaMemcpy(void* to, const void* from, std::size_t bytes, cudaMemcpyKind kind);
cudaError_t cudaMemcpyAsync(void* to, const void* from, std::size_t bytes, cudaMemcpyKind kind,
                            cudaStream_t stream);
cudaError_t cudaMemcpy2DAsync(void* to, std::size_t to_pitch, const void* from,
                              std::size_t from_pitch, std::size_t width, std::size_t height,
                              cudaMemcpyKind kind, cudaStream_t stream);
cudaError_t cudaMemset(void* to, int byte, std::size_t bytes);
cudaError_t cudaMemsetAsync(void* to, int byte, std::size_t bytes, cudaStream_t stream);
cudaError_t cudaStreamCreateWithFlags(cudaStream_t* stream, unsigned flags);
cudaError_t cudaStreamDestroy(cudaStream_t stream);
cudaError_t cudaStreamSynchronize(cudaStream_t stream);
cudaError_t cudaStreamWaitEvent(cudaStream_t stream, cudaEvent_t event, unsigned flags = 0);
cudaError_t cudaStreamBeginCapture(cudaStream_t stream, cudaStreamCaptureMode mode);
cudaError_t cudaStreamEndCapture(cudaStream_t stream, cudaGraph_t* graph);
cudaError_t cudaGraphInstantiate(cudaGraphExec_t* exec, cudaGraph_t graph,
                                 unsigned long long flags = 0);
cudaError_t cudaGraphLaunch(cudaGraphExec_t exec, cudaStream_t stream);
cudaError_t cudaGraphDestroy(cudaGraph_t graph);
cudaError_t cudaGraphExecDestroy(cudaGraphExec_t exec);
cudaError_t cudaEventCreate(cudaEvent_t* event);
cudaError_t cudaEventDestroy(cudaEvent_t event);
cudaError_t cudaEventRecord(cudaEvent_t event, cudaStream_t stream);
cudaError_t cudaEventSynchronize(cudaEvent_t event);
cudaError_t cudaEventElapsedTime(float* ms, cudaEvent_t begin, cudaEvent_t end);
template <typename F>
cudaError_t cudaFuncSetAttribute(F* /*function*/, cudaFuncAttribute /*attribute*/, int /*value*/) {
  return cudaSuccess;
}
// NOLINTEND(readability-identifier-naming)
