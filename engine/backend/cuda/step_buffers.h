#pragma once

#include <cstdint>
#include <span>

#include "engine/backend/cuda/attention.h"
#include "engine/backend/cuda/device_array.h"
#include "engine/backend/cuda/step_plan.h"
#include "engine/base/result.h"

namespace inferlab::cuda {

/// What a StepPlan becomes on the device. Each part has a place that only moves when it must grow,
/// so that a graph that was made for one step serves for others.
class StepBuffers {
 public:
  /// Room for steps of this size; true when something has moved. Nothing may be queued that uses
  /// it.
  Result<bool> reserve(std::int64_t rows, std::int64_t items, std::int64_t table_entries);
  /// Queues the copies. Until they have run, no other upload. Checks: there is room.
  Result<void> upload(const StepPlan& plan, std::span<const std::int32_t> sampled_rows,
                      cudaStream_t stream);

  [[nodiscard]] const std::int32_t* token_ids() const { return part(kTokenIds); }
  [[nodiscard]] const std::int32_t* sampled_rows() const { return part(kSampledRows); }
  [[nodiscard]] const std::int32_t* row_adapters() const { return part(kRowAdapters); }
  [[nodiscard]] StepRows rows() const {
    return {.positions = part(kPositions),
            .table_offsets = part(kTableOffsets),
            .block_tables = tables_.data()};
  }
  /// Fills what attention wants of a step.
  void describe(AttentionArgs& args) const;

 private:
  // The parts of the first piece, each with room for `rows_` of its elements.
  enum Part : int {
    kTokenIds,
    kPositions,
    kTableOffsets,
    kRowTiles,
    kSampledRows,
    kRowAdapters,
    kNumParts
  };
  static constexpr std::int64_t kHeader = 4;  // the number of items, alone
  [[nodiscard]] std::int32_t* part(Part which) const {
    return small_.data() + kHeader + which * rows_;
  }
  [[nodiscard]] std::int64_t tiles_offset() const { return kHeader + kNumParts * rows_; }
  [[nodiscard]] std::int64_t prefill_offset() const { return tiles_offset() + 4 * rows_; }
  [[nodiscard]] std::int64_t small_size() const { return prefill_offset() + 2 * rows_; }

  std::int64_t rows_ = 0;
  DeviceArray<std::int32_t> small_;  // [header | parts | tiles, 4 each | prefill tiles, 2 each]
  DeviceArray<SplitItem> items_;
  DeviceArray<std::int32_t> tables_;
  PinnedArray<std::int32_t> host_small_;
  PinnedArray<SplitItem> host_items_;
  PinnedArray<std::int32_t> host_tables_;
};

}  // namespace inferlab::cuda
