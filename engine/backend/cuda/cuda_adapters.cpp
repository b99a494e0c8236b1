// The adapters of CudaBackend; what they add to a step is queued in cuda_forward.cpp.

#include <algorithm>

#include "engine/backend/cuda/cuda_backend.h"
#include "engine/base/check.h"

namespace inferlab::cuda {

Result<void> CudaBackend::enable_adapters(const AdapterRoom& room) {
  INFERLAB_CHECK(view_.data == nullptr && !weights_);
  adapters_ = DeviceAdapters(room);
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
  return step_has_adapters_ ? reserve_narrow(plan.num_rows()) : Result<void>();
}

Result<void> CudaBackend::reserve_narrow(std::int64_t num_rows) {
  const auto size = static_cast<std::size_t>(num_rows * kMostLoraTargets * adapters_.max_rank());
  if (size <= narrow_.size()) return {};
  INFERLAB_TRY_VOID(stream_.wait());
  INFERLAB_TRY_VOID(narrow_.reserve(size));
  graphs_.clear();
  return {};
}

}  // namespace inferlab::cuda
