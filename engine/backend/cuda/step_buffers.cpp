#include "engine/backend/cuda/step_buffers.h"

#include <algorithm>
#include <cstring>

#include "engine/base/check.h"

namespace inferlab::cuda {

static_assert(sizeof(SplitTile) == 4 * sizeof(std::int32_t));
static_assert(sizeof(PrefillTile) == 2 * sizeof(std::int32_t));

Result<bool> StepBuffers::reserve(std::int64_t rows, std::int64_t items,
                                  std::int64_t table_entries) {
  bool moved = false;
  if (rows > rows_) {
    // By fours, so that tiles are aligned to 16 bytes.
    rows_ = round_up(rows, 4);
    const auto size = static_cast<std::size_t>(small_size());
    INFERLAB_TRY_VOID(small_.reserve(size));
    INFERLAB_TRY_VOID(host_small_.reserve(size));
    moved = true;
  }
  // Contexts grow with every step: by halves, so that this seldom happens.
  const auto with_room = [](std::int64_t count) { return static_cast<std::size_t>(count * 3 / 2); };
  if (static_cast<std::size_t>(items) > items_.size()) {
    INFERLAB_TRY_VOID(items_.reserve(with_room(items)));
    INFERLAB_TRY_VOID(host_items_.reserve(with_room(items)));
    moved = true;
  }
  if (static_cast<std::size_t>(table_entries) > tables_.size()) {
    INFERLAB_TRY_VOID(tables_.reserve(with_room(table_entries)));
    INFERLAB_TRY_VOID(host_tables_.reserve(with_room(table_entries)));
    moved = true;
  }
  return moved;
}

Result<void> StepBuffers::upload(const StepPlan& plan, std::span<const std::int32_t> sampled_rows,
                                 cudaStream_t stream) {
  INFERLAB_CHECK(plan.num_rows() <= rows_ && std::ssize(sampled_rows) <= rows_ &&
                 plan.items.size() <= items_.size() && plan.block_tables.size() <= tables_.size());
  std::int32_t* to = host_small_.data();
  to[0] = static_cast<std::int32_t>(plan.items.size());
  const auto put = [&](Part which, std::span<const std::int32_t> values) {
    std::copy(values.begin(), values.end(), to + kHeader + which * rows_);
  };
  put(kTokenIds, plan.token_ids);
  put(kPositions, plan.positions);
  put(kTableOffsets, plan.table_offsets);
  put(kRowTiles, plan.row_tiles);
  put(kSampledRows, sampled_rows);
  put(kRowAdapters, plan.row_adapters);
  std::memcpy(to + tiles_offset(), plan.tiles.data(), plan.tiles.size() * sizeof(SplitTile));
  std::memcpy(to + prefill_offset(), plan.prefill_tiles.data(),
              plan.prefill_tiles.size() * sizeof(PrefillTile));
  const std::int64_t used = plan.prefill_tiles.empty()
                                ? tiles_offset() + 4 * std::ssize(plan.tiles)
                                : prefill_offset() + 2 * std::ssize(plan.prefill_tiles);
  const auto copy = [&](void* device, const void* host, std::size_t bytes) -> Result<void> {
    if (bytes == 0) return {};
    return checked("copy of a step",
                   cudaMemcpyAsync(device, host, bytes, cudaMemcpyHostToDevice, stream));
  };
  INFERLAB_TRY_VOID(copy(small_.data(), to, static_cast<std::size_t>(used) * sizeof(std::int32_t)));
  std::copy(plan.items.begin(), plan.items.end(), host_items_.data());
  INFERLAB_TRY_VOID(copy(items_.data(), host_items_.data(), plan.items.size() * sizeof(SplitItem)));
  std::copy(plan.block_tables.begin(), plan.block_tables.end(), host_tables_.data());
  return copy(tables_.data(), host_tables_.data(), plan.block_tables.size() * sizeof(std::int32_t));
}

void StepBuffers::describe(AttentionArgs& args) const {
  args.rows = rows();
  args.num_items = small_.data();
  args.row_tiles = part(kRowTiles);
  args.tiles = reinterpret_cast<const SplitTile*>(small_.data() + tiles_offset());
  args.prefill_tiles = reinterpret_cast<const PrefillTile*>(small_.data() + prefill_offset());
  args.items = items_.data();
}

}  // namespace inferlab::cuda
