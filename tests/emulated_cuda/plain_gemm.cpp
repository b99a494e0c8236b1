// The library's place in the emulator: the plain product.

#include "engine/backend/cuda/gemm_library.h"
#include "engine/backend/cuda/numeric.h"

namespace inferlab::cuda {
namespace {

class PlainGemm final : public GemmLibrary {
 public:
  Result<void> multiply(const GemmArgs& args, cudaStream_t stream) override {
    emulated::launch(dim3(1), dim3(1), 0, stream, [args] { run(args); });
    return {};
  }

 private:
  static float at(const GemmArgs& args, const void* from, std::int64_t index) {
    const std::uint16_t bits = static_cast<const std::uint16_t*>(from)[index];
    return args.is_bf16 ? float_from_bf16(bits) : float_from_f16(bits);
  }
  static void run(const GemmArgs& args) {
    for (std::int64_t r = 0; r < args.num_rows; ++r) {
      for (std::int64_t i = 0; i < args.w_rows; ++i) {
        float sum = 0;
        for (std::int64_t c = 0; c < args.columns; ++c) {
          sum += at(args, args.w, i * args.w_stride + c) * at(args, args.x, r * args.x_stride + c);
        }
        args.y[r * args.y_stride + i] = sum;
      }
    }
  }
};

}  // namespace

Result<std::unique_ptr<GemmLibrary>> GemmLibrary::find() {
  return std::unique_ptr<GemmLibrary>(std::make_unique<PlainGemm>());
}

}  // namespace inferlab::cuda
