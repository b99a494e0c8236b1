#pragma once

#include <cstddef>
#include <cstdint>

#include "engine/backend/backend.h"
#include "engine/backend/cpu/kernels/kernels.h"
#include "engine/backend/cpu/memory.h"
#include "engine/base/result.h"

namespace inferlab::cpu {

/// The KV blocks of the CPU backend, in tiles of 16 positions of one KV head:
/// [num_blocks, num_layers, 2 (keys, values), num_kv_heads, tiles of a block], a tile of keys being
/// [head_dim, 16 positions] and one of values [16 positions, head_dim]. A block of fewer than 16
/// tokens takes a whole tile. In 8 bits the scales of a tile's 16 positions follow its elements.
class KvCache {
 public:
  /// kExhausted when the memory cannot be had, kInvalid for a shape without blocks.
  static Result<KvCache> create(const LlamaConfig& config, const KvCacheShape& shape);

  /// Stores one token's keys and values, kv_size floats each, rounded to the cache's type.
  void store(std::int32_t block, std::int32_t layer, std::int32_t slot, const float* keys,
             const float* values);

  /// The tile that holds `slot` of the block.
  [[nodiscard]] const std::byte* key_tile(std::int32_t block, std::int32_t layer,
                                          std::int32_t kv_head, std::int32_t slot) const;
  [[nodiscard]] const std::byte* value_tile(std::int32_t block, std::int32_t layer,
                                            std::int32_t kv_head, std::int32_t slot) const;
  /// Positions in a tile: 16, or the block size if that is less.
  [[nodiscard]] std::int32_t tile_slots() const { return tile_slots_; }

  /// Checks: both blocks exist.
  void copy(const KvBlockCopy& copy);

  [[nodiscard]] const KvCacheShape& shape() const { return shape_; }

 private:
  KvCache(const LlamaConfig& config, const KvCacheShape& shape);
  void store_quants(std::byte* key_tile, std::byte* value_tile, std::int32_t lane,
                    const float* keys, const float* values) const;
  [[nodiscard]] std::int64_t tile_offset(std::int32_t block, std::int32_t layer, int part,
                                         std::int32_t kv_head, std::int32_t slot) const;

  KvCacheShape shape_;
  std::int32_t num_kv_heads_;
  std::int32_t head_dim_;
  std::int32_t tile_slots_;
  std::int64_t tiles_of_block_;
  std::int64_t element_bytes_;
  std::int64_t tile_bytes_;
  std::int64_t layer_bytes_;
  std::int64_t block_bytes_;
  Memory memory_;
};

}  // namespace inferlab::cpu
