#include "engine/backend/cpu/kv_cache.h"

#include <fmt/format.h>

#include <algorithm>
#include <cstring>
#include <limits>
#include <vector>

#include "engine/backend/kv_quants.h"
#include "engine/base/check.h"
#include "engine/formats/bfloat16.h"
#include "engine/formats/fp8.h"
#include "engine/formats/half.h"

namespace inferlab::cpu {
namespace {

/// One token's keys and values of a head: keys 16 elements apart, values side by side.
template <typename Element, typename Round>
void store_head(std::byte* key_tile, std::byte* value_row, std::int32_t lane, std::int32_t width,
                const float* keys, const float* values, Round round) {
  auto* keys_to = reinterpret_cast<Element*>(key_tile) + lane;
  auto* values_to = reinterpret_cast<Element*>(value_row);
  for (std::int32_t d = 0; d < width; ++d) {
    keys_to[d * kPanelRows] = round(keys[d]);
    values_to[d] = round(values[d]);
  }
}

}  // namespace

KvCache::KvCache(const LlamaConfig& config, const KvCacheShape& shape)
    : shape_(shape),
      num_kv_heads_(config.num_kv_heads),
      head_dim_(config.head_dim),
      tile_slots_(std::min<std::int32_t>(shape.block_size, kPanelRows)),
      tiles_of_block_(shape.block_size / tile_slots_),
      element_bytes_(kv_element_bytes(shape.type)),
      tile_bytes_(kPanelRows * head_dim_ * element_bytes_ +
                  (shape.type == KvType::kQ8 ? kPanelRows * std::int64_t{sizeof(float)} : 0)),
      layer_bytes_(2 * num_kv_heads_ * tiles_of_block_ * tile_bytes_),
      block_bytes_(config.num_layers * layer_bytes_) {}

Result<KvCache> KvCache::create(const LlamaConfig& config, const KvCacheShape& shape) {
  constexpr std::int32_t kMaxBlockSize = 1 << 12;
  if (shape.num_blocks < 1 || shape.block_size < 1 || shape.block_size > kMaxBlockSize ||
      (shape.block_size & (shape.block_size - 1)) != 0) {
    return Error{ErrorKind::kInvalid, fmt::format("KV cache: {} blocks of {} tokens",
                                                  shape.num_blocks, shape.block_size)};
  }
  KvCache cache(config, shape);
  const bool countable =
      cache.block_bytes_ <= std::numeric_limits<std::int64_t>::max() / 2 / shape.num_blocks;
  // A vector of 16 may reach behind the last element.
  const std::int64_t bytes = countable ? cache.block_bytes_ * shape.num_blocks + kPanelRows * 4
                                       : std::numeric_limits<std::int64_t>::max() / 2;
  auto memory = Memory::reserve(bytes, "KV cache");
  if (!memory) {
    return Error{ErrorKind::kExhausted,
                 fmt::format("KV cache: {} blocks of {} bytes do not fit in memory",
                             shape.num_blocks, cache.block_bytes_),
                 "ask for fewer KV blocks"};
  }
  cache.memory_ = std::move(memory).value();
  return cache;
}

std::int64_t KvCache::tile_offset(std::int32_t block, std::int32_t layer, int part,
                                  std::int32_t kv_head, std::int32_t slot) const {
  const std::int64_t tile =
      (std::int64_t{part} * num_kv_heads_ + kv_head) * tiles_of_block_ + slot / tile_slots_;
  return block * block_bytes_ + layer * layer_bytes_ + tile * tile_bytes_;
}

const std::byte* KvCache::key_tile(std::int32_t block, std::int32_t layer, std::int32_t kv_head,
                                   std::int32_t slot) const {
  return memory_.bytes().data() + tile_offset(block, layer, 0, kv_head, slot);
}

const std::byte* KvCache::value_tile(std::int32_t block, std::int32_t layer, std::int32_t kv_head,
                                     std::int32_t slot) const {
  return memory_.bytes().data() + tile_offset(block, layer, 1, kv_head, slot);
}

void KvCache::store(std::int32_t block, std::int32_t layer, std::int32_t slot, const float* keys,
                    const float* values) {
  std::byte* const base = memory_.bytes().data();
  const std::int32_t lane = slot % tile_slots_;
  for (std::int32_t head = 0; head < num_kv_heads_; ++head) {
    std::byte* key_tile = base + tile_offset(block, layer, 0, head, slot);
    std::byte* value_tile = base + tile_offset(block, layer, 1, head, slot);
    std::byte* value_row = value_tile + lane * head_dim_ * element_bytes_;
    switch (shape_.type) {
      case KvType::kF32:
        store_head<float>(key_tile, value_row, lane, head_dim_, keys, values,
                          [](float value) { return value; });
        break;
      case KvType::kF16:
        store_head<Half>(key_tile, value_row, lane, head_dim_, keys, values, float_to_half);
        break;
      case KvType::kBF16:
        store_head<std::uint16_t>(key_tile, value_row, lane, head_dim_, keys, values,
                                  float_to_bfloat16);
        break;
      case KvType::kFp8:
        store_head<Fp8>(key_tile, value_row, lane, head_dim_, keys, values, float_to_fp8);
        break;
      case KvType::kQ8:
        store_quants(key_tile, value_tile, lane, keys, values);
        break;
    }
    keys += head_dim_;
    values += head_dim_;
  }
}

void KvCache::store_quants(std::byte* key_tile, std::byte* value_tile, std::int32_t lane,
                           const float* keys, const float* values) const {
  const auto width = static_cast<std::size_t>(head_dim_);
  const std::int64_t scales = kPanelRows * head_dim_;
  std::vector<std::int8_t> quants(width);
  const float key_scale = quantize_head({keys, width}, quants.data());
  auto* to = reinterpret_cast<std::int8_t*>(key_tile) + lane;
  for (std::size_t d = 0; d < width; ++d) to[d * kPanelRows] = quants[d];
  reinterpret_cast<float*>(key_tile + scales)[lane] = key_scale;
  auto* row = reinterpret_cast<std::int8_t*>(value_tile) + lane * head_dim_;
  reinterpret_cast<float*>(value_tile + scales)[lane] = quantize_head({values, width}, row);
}

void KvCache::copy(const KvBlockCopy& copy) {
  INFERLAB_CHECK(copy.source >= 0 && copy.source < shape_.num_blocks);
  INFERLAB_CHECK(copy.target >= 0 && copy.target < shape_.num_blocks);
  std::byte* base = memory_.bytes().data();
  std::memmove(base + copy.target * block_bytes_, base + copy.source * block_bytes_,
               static_cast<std::size_t>(block_bytes_));
}

}  // namespace inferlab::cpu
