#include "engine/backend/reference/swiglu.h"

#include "engine/model/stable_math.h"

namespace inferlab::reference {

void swiglu(float* gate, const float* up, std::int64_t count) {
  for (std::int64_t i = 0; i < count; ++i) {
    gate[i] = gate[i] / (1.0F + stable_exp(-gate[i])) * up[i];
  }
}

}  // namespace inferlab::reference
