#include "engine/backend/check_batch.h"

#include <fmt/format.h>

#include <string>
#include <utility>

namespace inferlab {
namespace {

Error bad(std::string why) {
  return Error{ErrorKind::kInvalid, "batch: " + std::move(why)};
}

Result<void> check_sequence(const Batch& batch, const BatchSequence& sequence,
                            const KvCacheShape& kv) {
  const std::int32_t first = batch.positions[sequence.first_row];
  if (first < 0) return bad(fmt::format("row {}: position {}", sequence.first_row, first));
  for (std::int32_t i = 1; i < sequence.num_tokens; ++i) {
    if (batch.positions[sequence.first_row + i] != first + i) {
      return bad(fmt::format("row {}: positions do not ascend by one", sequence.first_row + i));
    }
  }
  const std::int64_t covered = std::int64_t(sequence.block_table.size()) * kv.block_size;
  if (std::int64_t{first} + sequence.num_tokens > covered) {
    return bad(fmt::format("row {}: {} KV blocks do not cover position {}", sequence.first_row,
                           sequence.block_table.size(), first + sequence.num_tokens - 1));
  }
  for (const std::int32_t block : sequence.block_table) {
    if (block < 0 || block >= kv.num_blocks) return bad(fmt::format("no KV block {}", block));
  }
  return {};
}

Result<void> check_adapters(const Batch& batch, std::span<const std::uint8_t> has_adapter) {
  for (const BatchSequence& sequence : batch.sequences) {
    const std::int32_t slot = sequence.adapter;
    if (slot == 0) continue;
    if (slot < 0 || slot > std::ssize(has_adapter) || has_adapter[slot - 1] == 0) {
      return bad(fmt::format("row {}: no adapter in slot {}", sequence.first_row, slot));
    }
  }
  return {};
}

Result<void> check_rows(const Batch& batch, const LlamaConfig& config, const KvCacheShape& kv) {
  if (batch.positions.size() != batch.token_ids.size()) {
    return bad(
        fmt::format("{} positions for {} tokens", batch.positions.size(), batch.token_ids.size()));
  }
  for (const std::int32_t id : batch.token_ids) {
    if (id < 0 || id >= config.vocab_size) return bad(fmt::format("no token {}", id));
  }
  std::int32_t next_row = 0;
  for (const BatchSequence& sequence : batch.sequences) {
    if (sequence.first_row != next_row || sequence.num_tokens < 1 ||
        sequence.num_tokens > batch.num_rows() - next_row) {
      return bad(fmt::format("sequence at row {} with {} tokens", sequence.first_row,
                             sequence.num_tokens));
    }
    next_row += sequence.num_tokens;
    INFERLAB_TRY_VOID(check_sequence(batch, sequence, kv));
  }
  if (next_row != batch.num_rows()) {
    return bad(fmt::format("row {} belongs to no sequence", next_row));
  }
  for (const std::int32_t row : batch.sampled_rows) {
    if (row < 0 || row >= batch.num_rows()) return bad(fmt::format("no row {} to sample", row));
  }
  return {};
}

}  // namespace

Result<void> check_batch(const Batch& batch, const LlamaConfig& config, const KvCacheShape& kv,
                         std::size_t num_logits, std::span<const std::uint8_t> has_adapter) {
  INFERLAB_TRY_VOID(check_rows(batch, config, kv));
  INFERLAB_TRY_VOID(check_adapters(batch, has_adapter));
  if (num_logits != batch.sampled_rows.size() * static_cast<std::size_t>(config.vocab_size)) {
    return bad(fmt::format("room for {} logits, need {} rows of {}", num_logits,
                           batch.sampled_rows.size(), config.vocab_size));
  }
  return {};
}

Result<void> check_embed_batch(const Batch& batch, const LlamaConfig& config,
                               const KvCacheShape& kv, std::size_t num_states,
                               std::span<const std::uint8_t> has_adapter) {
  INFERLAB_TRY_VOID(check_rows(batch, config, kv));
  INFERLAB_TRY_VOID(check_adapters(batch, has_adapter));
  if (num_states != batch.sampled_rows.size() * static_cast<std::size_t>(config.hidden_size)) {
    return bad(fmt::format("room for {} states, need {} rows of {}", num_states,
                           batch.sampled_rows.size(), config.hidden_size));
  }
  return {};
}

Result<void> check_copies(std::span<const KvBlockCopy> copies, const KvCacheShape& kv) {
  for (const KvBlockCopy& copy : copies) {
    for (const std::int32_t block : {copy.source, copy.target}) {
      if (block >= 0 && block < kv.num_blocks) continue;
      return Error{ErrorKind::kInvalid, fmt::format("copy of KV blocks: no block {}", block)};
    }
  }
  return {};
}

}  // namespace inferlab
