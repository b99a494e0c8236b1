// Kernels in plain C++, for processors that no other file is for.
#include "engine/backend/cpu/kernels/portable.h"

#include <bit>
#include <cmath>
#include <cstdint>
#include <cstring>
#include <limits>
#include <type_traits>
#include <utility>

#include "engine/backend/cpu/kernels/inline.h"
#include "engine/formats/fp8.h"
#include "engine/formats/half.h"

// Unrolled, sixteen lanes of everything take a minute to compile and run no faster.
#undef KERNEL_UNROLL
#define KERNEL_UNROLL

namespace inferlab::cpu {
namespace {

constexpr std::string_view kName = "portable";

bool supported() {
  return true;
}

// In this order: each uses what stands before it.
// clang-format off
#include "engine/backend/cpu/kernels/simd_portable.inc"
#include "engine/backend/cpu/kernels/matmul.inc"
#include "engine/backend/cpu/kernels/elementwise.inc"
#include "engine/backend/cpu/kernels/attention.inc"
#include "engine/backend/cpu/kernels/table.inc"
// clang-format on

}  // namespace

const Kernels* portable_kernels() {
  return &kTable;
}

}  // namespace inferlab::cpu
