#include "engine/backend/reference/kv_cache.h"

#include <fmt/format.h>
#include <unistd.h>

#include <cstdlib>
#include <cstring>

#include "engine/backend/kv_quants.h"
#include "engine/base/check.h"
#include "engine/formats/bfloat16.h"
#include "engine/formats/fp8.h"
#include "engine/formats/half.h"

namespace inferlab::reference {

void KvCache::Free::operator()(std::byte* memory) const {
  std::free(memory);
}

KvCache::KvCache(const LlamaConfig& config, const KvCacheShape& shape, std::byte* memory)
    : shape_(shape),
      num_layers_(config.num_layers),
      kv_size_(config.kv_size()),
      head_dim_(config.head_dim),
      slot_bytes_(shape.block_bytes(config) / (std::int64_t{2} * num_layers_ * shape.block_size)),
      block_bytes_(shape.block_bytes(config)),
      memory_(memory) {}

Result<KvCache> KvCache::create(const LlamaConfig& config, const KvCacheShape& shape) {
  constexpr std::int32_t kMaxBlockSize = 1 << 12;
  if (shape.num_blocks < 1 || shape.block_size < 1 || shape.block_size > kMaxBlockSize) {
    return Error{ErrorKind::kInvalid, fmt::format("KV cache: {} blocks of {} tokens",
                                                  shape.num_blocks, shape.block_size)};
  }
  const std::int64_t block_bytes = shape.block_bytes(config);
  // More than the machine has would be granted now and end the program when it is written to.
  const std::int64_t pages = ::sysconf(_SC_PHYS_PAGES);
  const std::int64_t page_bytes = ::sysconf(_SC_PAGESIZE);
  const bool fits =
      pages <= 0 || page_bytes <= 0 || shape.num_blocks <= pages * page_bytes / block_bytes;
  // calloc: pages that no token reaches are never touched.
  auto* memory =
      fits ? static_cast<std::byte*>(std::calloc(static_cast<std::size_t>(shape.num_blocks),
                                                 static_cast<std::size_t>(block_bytes)))
           : nullptr;
  if (memory == nullptr) {
    return Error{ErrorKind::kExhausted,
                 fmt::format("KV cache: {} blocks of {} bytes do not fit in memory",
                             shape.num_blocks, block_bytes),
                 "ask for fewer KV blocks"};
  }
  return KvCache(config, shape, memory);
}

std::byte* KvCache::at(std::int32_t block, std::int32_t layer, Part part, std::int32_t slot) const {
  const std::int64_t index =
      (std::int64_t{layer} * 2 + (part == Part::kValues ? 1 : 0)) * shape_.block_size + slot;
  return memory_.get() + block * block_bytes_ + index * slot_bytes_;
}

void KvCache::store(std::int32_t block, std::int32_t layer, Part part, std::int32_t slot,
                    const float* values) {
  std::byte* to = at(block, layer, part, slot);
  if (shape_.type == KvType::kF32) {
    std::memcpy(to, values, static_cast<std::size_t>(kv_size_) * sizeof(float));
    return;
  }
  if (shape_.type == KvType::kQ8) {
    for (std::int32_t first = 0; first < kv_size_; first += head_dim_) {
      const std::span<const float> head(values + first, static_cast<std::size_t>(head_dim_));
      const float scale = quantize_head(head, reinterpret_cast<std::int8_t*>(to + first));
      std::memcpy(to + kv_size_ + first / head_dim_ * std::ptrdiff_t{sizeof scale}, &scale,
                  sizeof scale);
    }
    return;
  }
  for (std::int32_t i = 0; i < kv_size_; ++i) {
    if (shape_.type == KvType::kFp8) {
      to[i] = std::byte{float_to_fp8(values[i])};
      continue;
    }
    const std::uint16_t bits =
        shape_.type == KvType::kF16 ? float_to_half(values[i]) : float_to_bfloat16(values[i]);
    std::memcpy(to + i * sizeof bits, &bits, sizeof bits);
  }
}

const float* KvCache::load(std::int32_t block, std::int32_t layer, Part part, std::int32_t slot,
                           std::int32_t first, std::int32_t count, float* scratch) const {
  const std::byte* slot_bytes = at(block, layer, part, slot);
  if (shape_.type == KvType::kF32) return reinterpret_cast<const float*>(slot_bytes) + first;
  if (shape_.type == KvType::kQ8) {
    INFERLAB_CHECK(first % head_dim_ == 0 && count <= head_dim_);
    float scale = 0;
    std::memcpy(&scale, slot_bytes + kv_size_ + first / head_dim_ * std::ptrdiff_t{sizeof scale},
                sizeof scale);
    const auto* quants = reinterpret_cast<const std::int8_t*>(slot_bytes + first);
    for (std::int32_t i = 0; i < count; ++i) scratch[i] = scale * static_cast<float>(quants[i]);
    return scratch;
  }
  const std::byte* from = slot_bytes + first * kv_element_bytes(shape_.type);
  for (std::int32_t i = 0; i < count; ++i) {
    if (shape_.type == KvType::kFp8) {
      scratch[i] = fp8_to_float(std::to_integer<Fp8>(from[i]));
      continue;
    }
    std::uint16_t bits = 0;
    std::memcpy(&bits, from + i * sizeof bits, sizeof bits);
    scratch[i] = shape_.type == KvType::kF16 ? half_to_float(bits) : bfloat16_to_float(bits);
  }
  return scratch;
}

void KvCache::copy(const KvBlockCopy& copy) {
  INFERLAB_CHECK(copy.source >= 0 && copy.source < shape_.num_blocks);
  INFERLAB_CHECK(copy.target >= 0 && copy.target < shape_.num_blocks);
  std::memmove(memory_.get() + copy.target * block_bytes_,
               memory_.get() + copy.source * block_bytes_, static_cast<std::size_t>(block_bytes_));
}

}  // namespace inferlab::reference
