#pragma once

#include "engine/backend/cpu/kernels/kernels.h"

namespace inferlab::cpu {

/// Null where the program was built for another kind of processor.
const Kernels* avx2_kernels();

}  // namespace inferlab::cpu
