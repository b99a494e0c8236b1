#include "engine/backend/cpu/kernels/avx2.h"
#include "engine/backend/cpu/kernels/avx512_vnni.h"
#include "engine/backend/cpu/kernels/kernels.h"
#include "engine/backend/cpu/kernels/portable.h"

namespace inferlab::cpu {
namespace {

// The best first; the last needs nothing.
constexpr const Kernels* (*kSets[])() = {avx512_vnni_kernels, avx2_kernels, portable_kernels};

}  // namespace

std::vector<const Kernels*> supported_kernels() {
  std::vector<const Kernels*> sets;
  for (const auto set : kSets) {
    const Kernels* kernels = set();
    if (kernels != nullptr && kernels->supported()) sets.push_back(kernels);
  }
  return sets;
}

}  // namespace inferlab::cpu
