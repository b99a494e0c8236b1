#pragma once

#include "engine/backend/cpu/kernels/kernels.h"

namespace inferlab::cpu {

const Kernels* portable_kernels();

}  // namespace inferlab::cpu
