#include "engine/backend/cuda/linear_packed.h"

namespace inferlab::cuda {

Result<void> linear_q4_k(const LinearArgs& args, cudaStream_t stream) {
  return linear_packed<TensorType::kQ4_K>(args, stream);
}

}  // namespace inferlab::cuda
