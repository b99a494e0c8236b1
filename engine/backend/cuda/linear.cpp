#include "engine/backend/cuda/linear.h"

#include "engine/base/check.h"

namespace inferlab::cuda {

Result<void> linear(const LinearArgs& args, cudaStream_t stream) {
  INFERLAB_CHECK(args.num_rows >= 0 && args.num_rows < (1 << 18));
  if (args.num_rows == 0) return {};
  switch (args.w.type) {
    case TensorType::kF32:
      return linear_f32(args, stream);
    case TensorType::kF16:
    case TensorType::kBF16:
      return linear_half(args, stream);
    case TensorType::kQ8_0:
      return linear_q8_0(args, stream);
    case TensorType::kQ4_0:
      return linear_q4_0(args, stream);
    case TensorType::kQ4_K:
      return linear_q4_k(args, stream);
    case TensorType::kQ5_K:
      return linear_q5_k(args, stream);
    case TensorType::kQ6_K:
      return linear_q6_k(args, stream);
  }
  INFERLAB_CHECK(false);
}

}  // namespace inferlab::cuda
