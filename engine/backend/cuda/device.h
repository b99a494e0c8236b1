#pragma once

#include <cuda_runtime.h>

#include <cstdint>

#include "engine/backend/cuda/numeric.h"

// What kernels need of the machine, in one place: PTX under nvcc, functions of tests/emulated_cuda
// without it. Included by .cu files alone.
// Source: NVIDIA, "Parallel Thread Execution ISA": mma.sync, ld.global, ex2.approx.

// g++ knows no such pragma.
#ifdef __CUDACC__
#define INFERLAB_PRAGMA(text) _Pragma(#text)
#define INFERLAB_UNROLL INFERLAB_PRAGMA(unroll)
#else
#define INFERLAB_UNROLL
#endif

namespace inferlab::cuda {

inline constexpr int kWarp = 32;
inline constexpr unsigned kAllLanes = 0xffffffffU;

__device__ inline int lane_id() {
  return static_cast<int>(threadIdx.x % kWarp);
}
__device__ inline int warp_id() {
  return static_cast<int>(threadIdx.x / kWarp);
}

// An addition over the lanes of a warp in a fixed order; every lane gets the sum.
__device__ inline float warp_sum(float value) {
  for (int offset = kWarp / 2; offset > 0; offset /= 2) {
    value += __shfl_xor_sync(kAllLanes, value, offset);
  }
  return value;
}
__device__ inline float warp_max(float value) {
  for (int offset = kWarp / 2; offset > 0; offset /= 2) {
    value = fmaxf(value, __shfl_xor_sync(kAllLanes, value, offset));
  }
  return value;
}

/// 16 bytes that are read once: weights and cached keys. Past the L1 cache.
__device__ inline uint4 load_streamed(const void* from) {
#ifdef __CUDACC__
  uint4 value;
  asm("ld.global.nc.L1::no_allocate.v4.u32 {%0, %1, %2, %3}, [%4];"
      : "=r"(value.x), "=r"(value.y), "=r"(value.z), "=r"(value.w)
      : "l"(from));
  return value;
#else
  return *static_cast<const uint4*>(from);
#endif
}
__device__ inline uint4 load_16_bytes(const void* from) {
  return *static_cast<const uint4*>(from);
}

/// 2^x, 0 for minus infinity; relative error below 2^-22.
__device__ inline float exp2_approx(float x) {
#ifdef __CUDACC__
  float y = 0;
  asm("ex2.approx.ftz.f32 %0, %1;" : "=f"(y) : "f"(x));
  return y;
#else
  return exp2f(x);
#endif
}

__device__ inline std::uint32_t pack_bf16(float low, float high) {
#ifdef __CUDACC__
  std::uint32_t both = 0;
  asm("cvt.rn.bf16x2.f32 %0, %1, %2;" : "=r"(both) : "f"(high), "f"(low));
  return both;
#else
  return bf16_from_float(low) | std::uint32_t{bf16_from_float(high)} << 16;
#endif
}
__device__ inline std::uint32_t pack_f16(float low, float high) {
#ifdef __CUDACC__
  std::uint32_t both = 0;
  asm("cvt.rn.f16x2.f32 %0, %1, %2;" : "=r"(both) : "f"(within_f16(high)), "f"(within_f16(low)));
  return both;
#else
  return f16_from_float(within_f16(low)) | std::uint32_t{f16_from_float(within_f16(high))} << 16;
#endif
}

/// Two elements of 16 bits in a register, the lower address in the lower half.
struct Bf16 {
  static constexpr bool kIsBf16 = true;
  __device__ static std::uint16_t round(float value) { return bf16_from_float(value); }
  __device__ static float widen(std::uint16_t bits) { return float_from_bf16(bits); }
  __device__ static std::uint32_t pack(float low, float high) { return pack_bf16(low, high); }
};
struct F16 {
  static constexpr bool kIsBf16 = false;
  __device__ static std::uint16_t round(float value) { return f16_from_float(within_f16(value)); }
  __device__ static float widen(std::uint16_t bits) { return float_from_f16(bits); }
  __device__ static std::uint32_t pack(float low, float high) { return pack_f16(low, high); }
};

// c += a b for a [16, k] and b [k, 8]. With g = lane / 4 and t = lane % 4, c holds rows g (c[0],
// c[1]) and g + 8 (c[2], c[3]) of columns 2 t and 2 t + 1. a[0], a[1]: the rows g and g + 8 of the
// first half of k, a[2], a[3]: of the second; b[0], b[1]: column g of the halves. A lane has of
// each half the elements 2 t, 2 t + 1 where they are of 16 bits, and 4 t to 4 t + 3 where they are
// bytes.

template <typename Type>
__device__ inline void mma(float (&c)[4], const std::uint32_t (&a)[4], std::uint32_t b0,
                           std::uint32_t b1) {
#ifdef __CUDACC__
  if constexpr (Type::kIsBf16) {
    asm volatile(
        "mma.sync.aligned.m16n8k16.row.col.f32.bf16.bf16.f32 {%0, %1, %2, %3}, {%4, %5, %6, %7}, "
        "{%8, %9}, {%0, %1, %2, %3};"
        : "+f"(c[0]), "+f"(c[1]), "+f"(c[2]), "+f"(c[3])
        : "r"(a[0]), "r"(a[1]), "r"(a[2]), "r"(a[3]), "r"(b0), "r"(b1));
  } else {
    asm volatile(
        "mma.sync.aligned.m16n8k16.row.col.f32.f16.f16.f32 {%0, %1, %2, %3}, {%4, %5, %6, %7}, "
        "{%8, %9}, {%0, %1, %2, %3};"
        : "+f"(c[0]), "+f"(c[1]), "+f"(c[2]), "+f"(c[3])
        : "r"(a[0]), "r"(a[1]), "r"(a[2]), "r"(a[3]), "r"(b0), "r"(b1));
  }
#else
  emulated::mma_16(c, a, b0, b1, &Type::widen);
#endif
}

/// Signed bytes, k = 32: exact.
__device__ inline void mma_s8(std::int32_t (&c)[4], const std::uint32_t (&a)[4], std::uint32_t b0,
                              std::uint32_t b1) {
#ifdef __CUDACC__
  asm volatile(
      "mma.sync.aligned.m16n8k32.row.col.s32.s8.s8.s32 {%0, %1, %2, %3}, {%4, %5, %6, %7}, {%8, "
      "%9}, {%0, %1, %2, %3};"
      : "+r"(c[0]), "+r"(c[1]), "+r"(c[2]), "+r"(c[3])
      : "r"(a[0]), "r"(a[1]), "r"(a[2]), "r"(a[3]), "r"(b0), "r"(b1));
#else
  emulated::mma_s8(c, a, b0, b1);
#endif
}
/// One half of it, k = 16: a0, a1 are the rows g and g + 8.
__device__ inline void mma_s8_half(std::int32_t (&c)[4], std::uint32_t a0, std::uint32_t a1,
                                   std::uint32_t b) {
#ifdef __CUDACC__
  asm volatile(
      "mma.sync.aligned.m16n8k16.row.col.s32.s8.s8.s32 {%0, %1, %2, %3}, {%4, %5}, {%6}, {%0, %1, "
      "%2, %3};"
      : "+r"(c[0]), "+r"(c[1]), "+r"(c[2]), "+r"(c[3])
      : "r"(a0), "r"(a1), "r"(b));
#else
  emulated::mma_s8_half(c, a0, a1, b);
#endif
}

/// The block's dynamic shared memory, aligned to 16 bytes.
__device__ inline char* shared_memory() {
#ifdef __CUDACC__
  extern __shared__ uint4 inferlab_shared[];
  return reinterpret_cast<char*>(inferlab_shared);
#else
  return emulated::shared_memory();
#endif
}

}  // namespace inferlab::cuda
