// The adapters of CudaBackend; what they add to a step is queued in cuda_forward.cpp.

#include <algorithm>

#include "engine/backend/cuda/cuda_backend.h"
#include "engine/base/check.h"

namespace inferlab::cuda {

Result<void> CudaBackend::enable_adapters(std::int32_t max_adapters) {
  INFERLAB_CHECK(view_.data == nullptr && !weights_);
  adapters_ = DeviceAdapters(max_adapters);
  // They are computed from unrounded activations, whatever the weights want.
  needs_.forms[static_cast<std::size_t>(Form::kF32)] = true;
  return {};
}

Result<void> CudaBackend::set_adapter(std::int32_t slot,
                                      std::shared_ptr<const LoraAdapter> adapter) {
  INFERLAB_CHECK(view_.data != nullptr);
  INFERLAB_TRY_VOID(stream_.wait());
  return adapters_.set(slot, *adapter);
}

Result<void> CudaBackend::prepare_adapters(const StepPlan& plan) {
  step_has_adapters_ =
      std::ranges::any_of(plan.row_adapters, [](std::int32_t slot) { return slot != 0; });
  if (!step_has_adapters_) return {};
  const auto size =
      static_cast<std::size_t>(plan.num_rows() * kMostLoraTargets * adapters_.max_rank());
  if (size <= narrow_.size() && narrow_stride_ == adapters_.max_rank()) return {};
  INFERLAB_TRY_VOID(stream_.wait());
  INFERLAB_TRY_VOID(narrow_.reserve(size));
  narrow_stride_ = adapters_.max_rank();
  graphs_.clear();
  return {};
}

}  // namespace inferlab::cuda
