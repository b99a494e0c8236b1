// Kernels for AVX-512 with VNNI: Ice Lake, Zen 4 and later.
#include "engine/backend/cpu/kernels/avx512_vnni.h"

#if defined(__x86_64__)

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

KERNEL_TARGET_BEGIN("avx2,fma,f16c,avx512f,avx512bw,avx512dq,avx512vl,avx512vnni")
namespace inferlab::cpu {
namespace {

constexpr std::string_view kName = "avx512-vnni";

bool supported() {
  return __builtin_cpu_supports("avx512f") != 0 && __builtin_cpu_supports("avx512bw") != 0 &&
         __builtin_cpu_supports("avx512dq") != 0 && __builtin_cpu_supports("avx512vl") != 0 &&
         __builtin_cpu_supports("avx512vnni") != 0;
}

// In this order: each uses what stands before it.
// clang-format off
#include "engine/backend/cpu/kernels/simd_avx512.inc"
#include "engine/backend/cpu/kernels/matmul.inc"
#include "engine/backend/cpu/kernels/elementwise.inc"
#include "engine/backend/cpu/kernels/attention.inc"
#include "engine/backend/cpu/kernels/table.inc"
// clang-format on

}  // namespace

const Kernels* avx512_vnni_kernels() {
  return &kTable;
}

}  // namespace inferlab::cpu
KERNEL_TARGET_END

#else

namespace inferlab::cpu {

const Kernels* avx512_vnni_kernels() {
  return nullptr;
}

}  // namespace inferlab::cpu
#endif
