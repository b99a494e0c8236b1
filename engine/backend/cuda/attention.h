#pragma once

#include <cuda_runtime_api.h>

#include <cstdint>

#include "engine/backend/backend.h"
#include "engine/backend/cuda/activation_rows.h"
#include "engine/backend/cuda/kv_view.h"
#include "engine/base/result.h"

namespace inferlab::cuda {

/// Keys that are attended to in one piece: a piece begins at a multiple of it, whatever the step.
/// The pieces of a context are computed apart and then merged in their order, be it by one warp (in
/// a prompt) or by many (in a decode), so a row's result is the same to the last bit in both.
inline constexpr std::int32_t kSplitKeys = 128;
/// Rows of an mma.sync tile: a tile has the heads of one KV head of some consecutive tokens.
inline constexpr std::int32_t kTileQueries = 16;

/// Consecutive rows of one sequence whose pieces are computed apart.
struct SplitTile {
  std::int32_t first_row;
  std::int32_t num_tokens;
  std::int32_t first_partial;  ///< where its results are, in heads_per_tile rows: see partial_row()
  std::int32_t num_splits;
};
struct SplitItem {
  std::int32_t tile;
  std::int32_t split;
};
/// Consecutive rows of one sequence that a warp takes from the first key to the last.
struct PrefillTile {
  std::int32_t first_row;
  std::int32_t num_tokens;  ///< 0: nothing to do
};

/// Heads that share a KV head share a tile, up to 16 of them; more are cut into groups.
struct HeadGroups {
  std::int32_t heads_per_kv = 1;

  INFERLAB_HD std::int32_t heads_per_tile() const {
    return heads_per_kv < kTileQueries ? heads_per_kv : kTileQueries;
  }
  INFERLAB_HD std::int32_t groups_per_kv() const {
    return static_cast<std::int32_t>(ceil_div(heads_per_kv, kTileQueries));
  }
  INFERLAB_HD std::int32_t tokens_per_tile() const { return kTileQueries / heads_per_tile(); }
};

struct AttentionArgs {
  KvView kv;
  std::int32_t layer = 0;
  HeadGroups heads;
  std::int32_t num_heads = 0;
  /// Queries: [rows, num_heads, head_dim], in the cache's type.
  const void* q = nullptr;
  StepRows rows;
  // What is computed apart.
  const SplitTile* tiles = nullptr;
  const SplitItem* items = nullptr;
  const std::int32_t* num_items = nullptr;  ///< one number, in the device's memory
  /// Which SplitTile a row is in; -1: none, its result is in `attended`.
  const std::int32_t* row_tiles = nullptr;
  float* partials = nullptr;       ///< [partial rows, head_dim]
  float2* partial_sums = nullptr;  ///< of each partial row: the largest score, the sum
  // What is not.
  const PrefillTile* prefill_tiles = nullptr;
  std::int32_t num_prefill_tiles = 0;
  float* attended = nullptr;  ///< [rows, num_heads, head_dim]
};

/// Row of `partials` of token `token` of a tile, split, group of heads and head within it.
INFERLAB_HD inline std::int64_t partial_row(const SplitTile& tile, std::int32_t split,
                                            std::int32_t num_groups, std::int32_t group,
                                            std::int32_t query, std::int32_t heads_per_tile) {
  const std::int64_t per_group = std::int64_t{tile.num_tokens} * heads_per_tile;
  return std::int64_t{tile.first_partial} * heads_per_tile * num_groups +
         (std::int64_t{split} * num_groups + group) * per_group + query;
}

// Paged attention as reference::Attention computes it, each kernel in the file of its name. Keys,
// values, queries and weights are rounded to the cache's type (F16 or BF16), sums are in fp32: of
// the order of 2^-11 or 2^-8 relative to the reference. All return when the work is queued.
//
// The pieces of `items`; a warp takes one of them for one group of heads. `num_blocks` warps'
// blocks share them out, so that a graph's grid does not depend on what is in the batch.
Result<void> attention_split(const AttentionArgs& args, KvType type, std::int32_t num_blocks,
                             cudaStream_t stream);
// The tiles of `prefill_tiles`, into `attended`.
Result<void> attention_prefill(const AttentionArgs& args, KvType type, cudaStream_t stream);
// An F32 cache, all rows, into `attended`: plain and slow; about 1e-5 relative to the reference.
Result<void> attention_f32(const AttentionArgs& args, std::int64_t num_rows, cudaStream_t stream);
// Merges the pieces of the rows that have some, takes the others from `attended`, writes zeros for
// rows without a position: [num_rows, num_heads * head_dim] in `form`.
Result<void> attention_combine(const AttentionArgs& args, std::int64_t num_rows, Form form,
                               const ActivationRows& out, cudaStream_t stream);

}  // namespace inferlab::cuda
