#pragma once

#include <cstddef>
#include <cstdint>
#include <span>

#include "engine/backend/backend.h"
#include "engine/base/result.h"

namespace inferlab {

/// What every backend asks of a batch before it touches memory by it: rows belong to one sequence
/// each and in order, ids are in the vocabulary, blocks exist and cover all positions, sampled rows
/// exist and `num_logits` is their number times the vocabulary. kInvalid says what contradicts.
/// `has_adapter` tells of each slot, from the first on, whether an adapter is in it.
Result<void> check_batch(const Batch& batch, const LlamaConfig& config, const KvCacheShape& kv,
                         std::size_t num_logits, std::span<const std::uint8_t> has_adapter = {});

/// The same for Backend::embed(): `num_states` is the sampled rows times the width.
Result<void> check_embed_batch(const Batch& batch, const LlamaConfig& config,
                               const KvCacheShape& kv, std::size_t num_states,
                               std::span<const std::uint8_t> has_adapter = {});

/// kInvalid when a block to copy from or to does not exist.
Result<void> check_copies(std::span<const KvBlockCopy> copies, const KvCacheShape& kv);

}  // namespace inferlab
