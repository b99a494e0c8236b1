#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <span>

#include "engine/backend/backend.h"
#include "engine/base/result.h"

namespace inferlab::reference {

/// The KV blocks of the reference backend: [num_blocks, num_layers, 2 (keys, values), block_size,
/// kv_size], so that a block is one piece of memory. In 8 bits a token's scales, one for each head,
/// follow its elements.
class KvCache {
 public:
  /// kExhausted when the memory cannot be had, kInvalid for a shape without blocks.
  static Result<KvCache> create(const LlamaConfig& config, const KvCacheShape& shape);

  enum class Part : std::uint8_t { kKeys, kValues };

  /// Stores one token's keys or values (kv_size floats) at `slot` of `block`.
  void store(std::int32_t block, std::int32_t layer, Part part, std::int32_t slot,
             const float* values);

  /// `count` elements from `first` on, of what store() put there, rounded to the cache's type. The
  /// result points into the cache or to `scratch` (at least `count` floats). Checks: in 8 bits they
  /// are those of one head.
  [[nodiscard]] const float* load(std::int32_t block, std::int32_t layer, Part part,
                                  std::int32_t slot, std::int32_t first, std::int32_t count,
                                  float* scratch) const;

  /// Checks: both blocks exist.
  void copy(const KvBlockCopy& copy);

  [[nodiscard]] const KvCacheShape& shape() const { return shape_; }

 private:
  struct Free {
    void operator()(std::byte* memory) const;
  };
  KvCache(const LlamaConfig& config, const KvCacheShape& shape, std::byte* memory);
  [[nodiscard]] std::byte* at(std::int32_t block, std::int32_t layer, Part part,
                              std::int32_t slot) const;

  KvCacheShape shape_;
  std::int32_t num_layers_;
  std::int32_t kv_size_;
  std::int32_t head_dim_;
  std::int64_t slot_bytes_;  // of the keys or values of one token
  std::int64_t block_bytes_;
  std::unique_ptr<std::byte, Free> memory_;
};

}  // namespace inferlab::reference
