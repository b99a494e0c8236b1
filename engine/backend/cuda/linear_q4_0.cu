#include "engine/backend/cuda/linear_packed.h"

namespace inferlab::cuda {

Result<void> linear_q4_0(const LinearArgs& args, cudaStream_t stream) {
  return linear_packed<TensorType::kQ4_0>(args, stream);
}

}  // namespace inferlab::cuda
