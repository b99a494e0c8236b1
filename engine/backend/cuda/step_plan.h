#pragma once

#include <cstdint>
#include <vector>

#include "engine/backend/backend.h"
#include "engine/backend/cuda/attention.h"

namespace inferlab::cuda {

/// A sequence with so few tokens in a step is attended to in pieces: its context alone gives the
/// device something to do. Others have enough rows.
inline constexpr std::int32_t kMostSplitTokens = 16;

/// What a step needs on the device beside token ids: a batch, as kernels want it. Plain values,
/// made on the host. With `padded_rows` more than the batch has, rows without a position are put
/// behind.
struct StepPlan {
  std::vector<std::int32_t> token_ids;      // [rows]; 0 for rows that fill up
  std::vector<std::int32_t> positions;      // [rows]; -1 for these
  std::vector<std::int32_t> table_offsets;  // [rows]
  std::vector<std::int32_t> row_tiles;      // [rows]: which of `tiles`, or -1
  std::vector<std::int32_t> row_adapters;   // [rows]: slot of an adapter, or 0
  std::vector<std::int32_t> block_tables;
  std::vector<SplitTile> tiles;
  std::vector<SplitItem> items;  // every piece of every tile once
  std::vector<PrefillTile> prefill_tiles;
  std::int64_t num_partial_tokens = 0;  // tokens times pieces: rows of partials for each head

  [[nodiscard]] std::int64_t num_rows() const { return std::ssize(positions); }
};

/// `with_pieces` false: no row is attended to in pieces or tiles (an F32 cache).
StepPlan plan_step(const Batch& batch, std::int32_t block_size, const HeadGroups& heads,
                   std::int64_t padded_rows, bool with_pieces = true);

/// Each sequence decodes one token and all are sampled in their order: what a graph can replay.
bool is_plain_decode(const Batch& batch);

/// The smallest number of rows, of those that graphs are made for, that holds `num_rows`: 1, 2, 4,
/// 8, 16, 24, 32 and on by eights up to 256, then by 16 up to 512, as vLLM's
/// cudagraph_capture_sizes; 0 when there is none.
std::int64_t graph_rows(std::int64_t num_rows);

}  // namespace inferlab::cuda
