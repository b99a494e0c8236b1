#include "engine/backend/cuda/linear_packed.h"

namespace inferlab::cuda {

Result<void> linear_q8_0(const LinearArgs& args, cudaStream_t stream) {
  return linear_packed<TensorType::kQ8_0>(args, stream);
}

}  // namespace inferlab::cuda
