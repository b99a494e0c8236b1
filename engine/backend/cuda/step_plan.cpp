#include "engine/backend/cuda/step_plan.h"

#include <algorithm>

namespace inferlab::cuda {
namespace {

void add_pieces(StepPlan& plan, std::int32_t first_row, std::int32_t num_tokens,
                std::int32_t per_tile) {
  for (std::int32_t done = 0; done < num_tokens; done += per_tile) {
    const std::int32_t row = first_row + done;
    const std::int32_t count = std::min(per_tile, num_tokens - done);
    const std::int32_t last = plan.positions[static_cast<std::size_t>(row + count - 1)];
    const auto index = static_cast<std::int32_t>(plan.tiles.size());
    const SplitTile tile = {.first_row = row,
                            .num_tokens = count,
                            .first_partial = static_cast<std::int32_t>(plan.num_partial_tokens),
                            .num_splits = last / kSplitKeys + 1};
    plan.tiles.push_back(tile);
    for (std::int32_t split = 0; split < tile.num_splits; ++split) {
      plan.items.push_back({.tile = index, .split = split});
    }
    plan.num_partial_tokens += std::int64_t{count} * tile.num_splits;
    for (std::int32_t i = 0; i < count; ++i) {
      plan.row_tiles[static_cast<std::size_t>(row + i)] = index;
    }
  }
}

}  // namespace

StepPlan plan_step(const Batch& batch, std::int32_t block_size, const HeadGroups& heads,
                   std::int64_t padded_rows, bool with_pieces) {
  StepPlan plan;
  const auto rows = static_cast<std::size_t>(std::max<std::int64_t>(batch.num_rows(), padded_rows));
  plan.token_ids = batch.token_ids;
  plan.token_ids.resize(rows, 0);
  plan.positions = batch.positions;
  plan.positions.resize(rows, -1);
  plan.table_offsets.resize(rows, 0);
  plan.row_tiles.resize(rows, -1);
  plan.row_adapters.resize(rows, 0);
  const std::int32_t per_tile = heads.tokens_per_tile();
  for (const BatchSequence& sequence : batch.sequences) {
    const auto offset = static_cast<std::int32_t>(plan.block_tables.size());
    const std::int32_t last = sequence.first_row + sequence.num_tokens - 1;
    const std::int32_t blocks = batch.positions[static_cast<std::size_t>(last)] / block_size + 1;
    plan.block_tables.insert(plan.block_tables.end(), sequence.block_table.begin(),
                             sequence.block_table.begin() + blocks);
    std::fill_n(plan.table_offsets.begin() + sequence.first_row, sequence.num_tokens, offset);
    std::fill_n(plan.row_adapters.begin() + sequence.first_row, sequence.num_tokens,
                sequence.adapter);
    if (!with_pieces) continue;
    if (sequence.num_tokens <= kMostSplitTokens) {
      add_pieces(plan, sequence.first_row, sequence.num_tokens, per_tile);
      continue;
    }
    for (std::int32_t done = 0; done < sequence.num_tokens; done += per_tile) {
      plan.prefill_tiles.push_back({.first_row = sequence.first_row + done,
                                    .num_tokens = std::min(per_tile, sequence.num_tokens - done)});
    }
  }
  return plan;
}

bool is_plain_decode(const Batch& batch) {
  if (std::ssize(batch.sequences) != batch.num_rows()) return false;
  if (std::ssize(batch.sampled_rows) != batch.num_rows()) return false;
  for (std::size_t i = 0; i < batch.sampled_rows.size(); ++i) {
    if (batch.sampled_rows[i] != static_cast<std::int32_t>(i)) return false;
  }
  return batch.num_rows() > 0;
}

std::int64_t graph_rows(std::int64_t num_rows) {
  for (const std::int64_t size : {1, 2, 4, 8}) {
    if (num_rows <= size) return size;
  }
  if (num_rows <= 256) return round_up(num_rows, 8);
  return num_rows <= 512 ? round_up(num_rows, 16) : 0;
}

}  // namespace inferlab::cuda
