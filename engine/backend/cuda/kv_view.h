#pragma once

#include <cstdint>

#include "engine/backend/cuda/numeric.h"

namespace inferlab::cuda {

/// The KV cache in the device's memory: [num_blocks, num_layers, 2, ...], so that a block is one
/// piece. Keys are [num_kv_heads, block_size, head_dim]; values [num_kv_heads, head_dim,
/// block_size], transposed, so that the values of consecutive positions are consecutive, as tensor
/// cores want them. Offsets are in elements.
struct KvView {
  void* data = nullptr;
  std::int32_t num_layers = 0;
  std::int32_t num_kv_heads = 0;
  std::int32_t head_dim = 0;
  std::int32_t block_shift = 0;  ///< log2 of the block size

  INFERLAB_HD std::int32_t block_size() const { return 1 << block_shift; }
  INFERLAB_HD std::int64_t part_elements() const {
    return std::int64_t{num_kv_heads} * head_dim << block_shift;
  }
  INFERLAB_HD std::int64_t block_elements() const { return part_elements() * 2 * num_layers; }
  INFERLAB_HD std::int64_t part(std::int32_t block, std::int32_t layer, int which) const {
    return block * block_elements() + (layer * 2 + which) * part_elements();
  }
  /// Of the first element of a key.
  INFERLAB_HD std::int64_t key(std::int32_t block, std::int32_t layer, std::int32_t head,
                               std::int32_t slot) const {
    return part(block, layer, 0) + ((std::int64_t{head} << block_shift) + slot) * head_dim;
  }
  INFERLAB_HD std::int64_t value(std::int32_t block, std::int32_t layer, std::int32_t head,
                                 std::int32_t element, std::int32_t slot) const {
    return part(block, layer, 1) + ((std::int64_t{head} * head_dim + element) << block_shift) +
           slot;
  }
};

/// The rows of a step in the device's memory.
struct StepRows {
  const std::int32_t* positions = nullptr;      ///< -1: a row that only fills the batch up
  const std::int32_t* table_offsets = nullptr;  ///< where in block_tables the row's begins
  const std::int32_t* block_tables = nullptr;   ///< of all sequences, one behind the other

  INFERLAB_HD const std::int32_t* table(std::int64_t row) const {
    return block_tables + table_offsets[row];
  }
};

}  // namespace inferlab::cuda
