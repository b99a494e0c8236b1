#pragma once

#include <cstdint>

namespace inferlab::reference {

/// gate[i] = silu(gate[i]) * up[i] with silu(x) = x / (1 + e^-x).
/// Source: Shazeer, "GLU Variants Improve Transformer", 2020.
void swiglu(float* gate, const float* up, std::int64_t count);

}  // namespace inferlab::reference
