// Kernels for AVX2, FMA and F16C: Haswell, Zen and later.
#include "engine/backend/cpu/kernels/avx2.h"

#if defined(__x86_64__)

#include <cpuid.h>
#include <immintrin.h>

#include <bit>
#include <cmath>
#include <cstdint>
#include <cstring>
#include <limits>
#include <type_traits>
#include <utility>

#include "engine/backend/cpu/kernels/inline.h"
#include "engine/formats/half.h"

KERNEL_TARGET_BEGIN("avx2,fma,f16c")
namespace inferlab::cpu {
namespace {

constexpr std::string_view kName = "avx2";

// Clang's __builtin_cpu_supports() knows no "f16c" before version 15.
bool has_f16c() {
  unsigned eax = 0, ebx = 0, ecx = 0, edx = 0;
  return __get_cpuid(1, &eax, &ebx, &ecx, &edx) != 0 && (ecx & bit_F16C) != 0;
}

bool supported() {
  return __builtin_cpu_supports("avx2") != 0 && __builtin_cpu_supports("fma") != 0 && has_f16c();
}

// In this order: each uses what stands before it.
// clang-format off
#include "engine/backend/cpu/kernels/simd_avx2.inc"
#include "engine/backend/cpu/kernels/matmul.inc"
#include "engine/backend/cpu/kernels/elementwise.inc"
#include "engine/backend/cpu/kernels/attention.inc"
#include "engine/backend/cpu/kernels/table.inc"
// clang-format on

}  // namespace

const Kernels* avx2_kernels() {
  return &kTable;
}

}  // namespace inferlab::cpu
KERNEL_TARGET_END

#else

namespace inferlab::cpu {

const Kernels* avx2_kernels() {
  return nullptr;
}

}  // namespace inferlab::cpu
#endif
