#include "engine/backend/cuda/linear_packed.h"

namespace inferlab::cuda {

Result<void> linear_q6_k(const LinearArgs& args, cudaStream_t stream) {
  return linear_packed<TensorType::kQ6_K>(args, stream);
}

}  // namespace inferlab::cuda
