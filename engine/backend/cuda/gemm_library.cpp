#include "engine/backend/cuda/gemm_library.h"

#if __has_include(<cublasLt.h>)
#include <cublasLt.h>
#include <dlfcn.h>
#include <fmt/format.h>

#include <map>
#include <tuple>
#include <utility>

#include "engine/backend/cuda/device_array.h"

namespace inferlab::cuda {
namespace {

constexpr std::size_t kWorkspaceBytes = std::size_t{32} << 20;  // what NVIDIA advises for Hopper

struct Functions {
  decltype(&cublasLtCreate) create = nullptr;
  decltype(&cublasLtDestroy) destroy = nullptr;
  decltype(&cublasLtMatmul) matmul = nullptr;
  decltype(&cublasLtMatmulDescInit_internal) desc_init = nullptr;
  decltype(&cublasLtMatmulDescSetAttribute) desc_set = nullptr;
  decltype(&cublasLtMatrixLayoutInit_internal) layout_init = nullptr;
  decltype(&cublasLtMatmulPreferenceInit_internal) preference_init = nullptr;
  decltype(&cublasLtMatmulPreferenceSetAttribute) preference_set = nullptr;
  decltype(&cublasLtMatmulAlgoGetHeuristic) heuristic = nullptr;
};

template <typename F>
bool find_function(void* library, const char* name, F& function) {
  function = reinterpret_cast<F>(::dlsym(library, name));
  return function != nullptr;
}

Result<void> checked_library(const char* what, cublasStatus_t status) {
  if (status == CUBLAS_STATUS_SUCCESS) return {};
  return Error{ErrorKind::kUnavailable,
               fmt::format("cuda: cuBLASLt: {}: status {}", what, static_cast<int>(status))};
}

class CublasLt final : public GemmLibrary {
 public:
  CublasLt(const Functions& functions, cublasLtHandle_t handle, DeviceArray<std::uint8_t> workspace)
      : functions_(functions), handle_(handle), workspace_(std::move(workspace)) {}
  ~CublasLt() override { (void)functions_.destroy(handle_); }

  Result<void> multiply(const GemmArgs& args, cudaStream_t stream) override {
    // Column-major, as the library counts: y^T [w_rows, num_rows] = (W^T)^T x^T.
    const cudaDataType_t type = args.is_bf16 ? CUDA_R_16BF : CUDA_R_16F;
    cublasLtMatmulDescOpaque_t desc{};
    INFERLAB_TRY_VOID(checked_library(
        "description", functions_.desc_init(&desc, sizeof desc, CUBLAS_COMPUTE_32F, CUDA_R_32F)));
    const cublasOperation_t transposed = CUBLAS_OP_T;
    INFERLAB_TRY_VOID(checked_library(
        "transposition",
        functions_.desc_set(&desc, CUBLASLT_MATMUL_DESC_TRANSA, &transposed, sizeof transposed)));
    cublasLtMatrixLayoutOpaque_t w{};
    cublasLtMatrixLayoutOpaque_t x{};
    cublasLtMatrixLayoutOpaque_t y{};
    INFERLAB_TRY_VOID(layout(w, type, args.columns, args.w_rows, args.w_stride));
    INFERLAB_TRY_VOID(layout(x, type, args.columns, args.num_rows, args.x_stride));
    INFERLAB_TRY_VOID(layout(y, CUDA_R_32F, args.w_rows, args.num_rows, args.y_stride));
    const Key key = {args.is_bf16, args.w_rows, args.columns, args.num_rows, args.y_stride};
    auto found = algorithms_.find(key);
    if (found == algorithms_.end()) {
      INFERLAB_TRY(const cublasLtMatmulAlgo_t algorithm, choose(desc, w, x, y));
      found = algorithms_.emplace(key, algorithm).first;
    }
    const float one = 1.0F;
    const float zero = 0.0F;
    return checked_library(
        "matmul",
        functions_.matmul(handle_, &desc, &one, args.w, &w, args.x, &x, &zero, args.y, &y, args.y,
                          &y, &found->second, workspace_.data(), workspace_.size_bytes(), stream));
  }

 private:
  using Key = std::tuple<bool, std::int64_t, std::int64_t, std::int64_t, std::int64_t>;

  Result<void> layout(cublasLtMatrixLayoutOpaque_t& to, cudaDataType_t type, std::int64_t rows,
                      std::int64_t columns, std::int64_t stride) const {
    return checked_library(
        "layout", functions_.layout_init(&to, sizeof to, type, static_cast<std::uint64_t>(rows),
                                         static_cast<std::uint64_t>(columns), stride));
  }

  Result<cublasLtMatmulAlgo_t> choose(cublasLtMatmulDescOpaque_t& desc,
                                      cublasLtMatrixLayoutOpaque_t& w,
                                      cublasLtMatrixLayoutOpaque_t& x,
                                      cublasLtMatrixLayoutOpaque_t& y) const {
    cublasLtMatmulPreferenceOpaque_t preference{};
    INFERLAB_TRY_VOID(
        checked_library("preference", functions_.preference_init(&preference, sizeof preference)));
    const std::uint64_t bytes = kWorkspaceBytes;
    INFERLAB_TRY_VOID(checked_library(
        "preference",
        functions_.preference_set(&preference, CUBLASLT_MATMUL_PREF_MAX_WORKSPACE_BYTES, &bytes,
                                  sizeof bytes)));
    cublasLtMatmulHeuristicResult_t result{};
    int count = 0;
    INFERLAB_TRY_VOID(checked_library(
        "heuristic",
        functions_.heuristic(handle_, &desc, &w, &x, &y, &y, &preference, 1, &result, &count)));
    if (count < 1) {
      return Error{ErrorKind::kUnavailable, "cuda: cuBLASLt: has no algorithm for this shape"};
    }
    return result.algo;
  }

  Functions functions_;
  cublasLtHandle_t handle_;
  DeviceArray<std::uint8_t> workspace_;
  std::map<Key, cublasLtMatmulAlgo_t> algorithms_;
};

void* open_library() {
  for (const char* name : {"libcublasLt.so.13", "libcublasLt.so.12", "libcublasLt.so"}) {
    // Kept open for good: the runtime has what it registers until the end.
    if (void* library = ::dlopen(name, RTLD_NOW | RTLD_LOCAL)) return library;
  }
  return nullptr;
}

}  // namespace

Result<std::unique_ptr<GemmLibrary>> GemmLibrary::find() {
  void* library = open_library();
  Functions f;
  const bool complete =
      library != nullptr && find_function(library, "cublasLtCreate", f.create) &&
      find_function(library, "cublasLtDestroy", f.destroy) &&
      find_function(library, "cublasLtMatmul", f.matmul) &&
      find_function(library, "cublasLtMatmulDescInit_internal", f.desc_init) &&
      find_function(library, "cublasLtMatmulDescSetAttribute", f.desc_set) &&
      find_function(library, "cublasLtMatrixLayoutInit_internal", f.layout_init) &&
      find_function(library, "cublasLtMatmulPreferenceInit_internal", f.preference_init) &&
      find_function(library, "cublasLtMatmulPreferenceSetAttribute", f.preference_set) &&
      find_function(library, "cublasLtMatmulAlgoGetHeuristic", f.heuristic);
  if (!complete) {
    return Error{ErrorKind::kUnavailable, "cuda: cuBLASLt: is not found",
                 "put the folder of libcublasLt.so.13 into LD_LIBRARY_PATH"};
  }
  cublasLtHandle_t handle = nullptr;
  INFERLAB_TRY_VOID(checked_library("start", f.create(&handle)));
  Result<DeviceArray<std::uint8_t>> workspace = DeviceArray<std::uint8_t>::create(kWorkspaceBytes);
  if (!workspace) {
    (void)f.destroy(handle);
    return std::move(workspace).error();
  }
  return std::unique_ptr<GemmLibrary>(
      std::make_unique<CublasLt>(f, handle, std::move(workspace).value()));
}

}  // namespace inferlab::cuda

#else

namespace inferlab::cuda {

Result<std::unique_ptr<GemmLibrary>> GemmLibrary::find() {
  return Error{ErrorKind::kUnavailable, "cuda: built without cuBLASLt's header"};
}

}  // namespace inferlab::cuda

#endif
