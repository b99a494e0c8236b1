#pragma once

#include <cstdint>
#include <span>
#include <vector>

#include "engine/backend/cuda/device_array.h"
#include "engine/backend/cuda/lora.h"
#include "engine/base/result.h"
#include "engine/model/lora_adapter.h"

namespace inferlab::cuda {

/// The adapters of a backend, by slot, in the device's memory as F32. The table of views keeps its
/// place, so that a graph that was made with one adapter serves for others.
class DeviceAdapters {
 public:
  DeviceAdapters() = default;
  explicit DeviceAdapters(std::int32_t num_slots);

  /// Nothing may be queued that uses the slot. kExhausted when the device's memory does not
  /// suffice; the slot is empty then. Checks: slot is 1 to num_slots.
  Result<void> set(std::int32_t slot, const LoraAdapter& adapter);
  /// Of each slot, whether an adapter is in it.
  [[nodiscard]] std::span<const std::uint8_t> filled() const { return filled_; }
  /// Of all that have been set.
  [[nodiscard]] std::int64_t max_rank() const { return max_rank_; }

  /// LoraArgs::views and views_stride for a layer; a target's view has its number.
  [[nodiscard]] const LoraView* views(std::int32_t layer) const {
    return table_.data() + layer * static_cast<std::int64_t>(kNumLoraTargets);
  }
  [[nodiscard]] std::int64_t views_stride() const { return views_stride_; }

 private:
  std::vector<DeviceArray<float>> slots_;
  std::vector<std::uint8_t> filled_;
  DeviceArray<LoraView> table_;  // [slots, layers, kNumLoraTargets]
  std::int64_t views_stride_ = 0;
  std::int64_t max_rank_ = 0;
};

}  // namespace inferlab::cuda
