#pragma once

#include <cstdint>
#include <span>
#include <vector>

#include "engine/backend/backend.h"
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
  explicit DeviceAdapters(const AdapterRoom& room);

  /// The memory of every slot. kExhausted when it cannot be had.
  Result<void> reserve(const LlamaConfig& model);
  /// After reserve(). Nothing may be queued that uses the slot. Checks: there is such a slot, and
  /// room for the adapter's rank.
  Result<void> set(std::int32_t slot, const LoraAdapter& adapter);
  /// Of each slot, whether an adapter is in it.
  [[nodiscard]] std::span<const std::uint8_t> filled() const { return filled_; }
  /// Of any that may be set.
  [[nodiscard]] std::int64_t max_rank() const { return room_.max_rank; }

  /// LoraArgs::views and views_stride for a layer; a target's view has its number.
  [[nodiscard]] const LoraView* views(std::int32_t layer) const {
    return table_.data() + layer * static_cast<std::int64_t>(kNumLoraTargets);
  }
  [[nodiscard]] std::int64_t views_stride() const { return views_stride_; }

 private:
  AdapterRoom room_;
  std::vector<DeviceArray<float>> slots_;
  std::vector<std::uint8_t> filled_;
  DeviceArray<LoraView> table_;  // [slots, layers, kNumLoraTargets]
  std::int64_t views_stride_ = 0;
};

}  // namespace inferlab::cuda
