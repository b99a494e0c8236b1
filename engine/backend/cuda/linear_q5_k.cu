#include "engine/backend/cuda/linear_packed.h"

namespace inferlab::cuda {

Result<void> linear_q5_k(const LinearArgs& args, cudaStream_t stream) {
  return linear_packed<TensorType::kQ5_K>(args, stream);
}

}  // namespace inferlab::cuda
