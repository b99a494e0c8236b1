#include "labs/calibrate/step_runner.h"

#include <algorithm>
#include <chrono>
#include <numeric>

#include "engine/model/sampler.h"

namespace inferlab::labs {
namespace {

constexpr std::int64_t kPiece = 256;  // tokens of a context that are computed at once

double now_ns() {
  const auto now = std::chrono::steady_clock::now().time_since_epoch();
  return std::chrono::duration<double, std::nano>(now).count();
}

/// Grows `longest` so that each of the first `count` has room for `tokens`.
void reserve(std::vector<std::int64_t>& longest, std::int64_t count, std::int64_t tokens) {
  const auto size = static_cast<std::size_t>(count);
  if (longest.size() < size) longest.resize(size, 0);
  for (std::size_t i = 0; i < size; ++i) longest[i] = std::max(longest[i], tokens);
}

}  // namespace

KvSlots::KvSlots(std::span<const GridPoint> grid, std::int32_t block_size)
    : block_size_(block_size) {
  std::vector<std::int64_t> sequences;
  std::vector<std::int64_t> prompts;
  for (const auto& [shape, held_out] : grid) {
    reserve(sequences, shape.sequences, shape.context + 1);
    reserve(prompts, shape.prompts, shape.prompt_context + shape.prompt_tokens);
  }
  num_sequences_ = sequences.size();
  sequences.insert(sequences.end(), prompts.begin(), prompts.end());
  for (const std::int64_t tokens : sequences) {
    std::vector<std::int32_t> table(static_cast<std::size_t>((tokens - 1) / block_size + 1));
    std::iota(table.begin(), table.end(), num_blocks_);
    num_blocks_ += static_cast<std::int32_t>(table.size());
    tables_.push_back(std::move(table));
  }
}

std::size_t KvSlots::largest() const {
  const auto found = std::ranges::max_element(tables_, {}, &std::vector<std::int32_t>::size);
  return static_cast<std::size_t>(found - tables_.begin());
}

StepRunner::StepRunner(Backend& backend, const KvSlots& slots, std::int32_t vocab_size)
    : backend_(&backend), slots_(&slots), vocab_size_(vocab_size) {}

void StepRunner::add(Batch& batch, std::size_t slot, std::int64_t context, std::int64_t count,
                     bool samples) const {
  // Tokens that every vocabulary has; which they are does not matter.
  const std::int64_t kinds = std::clamp<std::int64_t>(vocab_size_ - 3, 1, 256);
  const std::int64_t first = vocab_size_ > 3 ? 3 : 0;
  std::vector<std::int32_t> ids;
  for (std::int64_t i = 0; i < count; ++i) {
    const std::int64_t which = (context + i + static_cast<std::int64_t>(slot)) * 7919 % kinds;
    ids.push_back(static_cast<std::int32_t>(first + which));
  }
  batch.add(ids, static_cast<std::int32_t>(context), slots_->table(slot), samples ? 1 : 0);
}

Batch StepRunner::batch_of(const StepShape& shape) const {
  Batch batch;
  for (std::int64_t i = 0; i < shape.sequences; ++i) {
    add(batch, slots_->of_sequence(i), shape.context, 1, true);
  }
  for (std::int64_t i = 0; i < shape.prompts; ++i) {
    add(batch, slots_->of_prompt(i), shape.prompt_context, shape.prompt_tokens,
        shape.prompt_samples);
  }
  return batch;
}

Result<void> StepRunner::fill_contexts() {
  const std::size_t from = slots_->largest();
  const std::vector<std::int32_t>& source = slots_->table(from);
  const std::int64_t length = std::ssize(source) * slots_->block_size();
  // The model may take a little less than the blocks of its longest context hold.
  for (std::int64_t at = 0; at < length; at += kPiece) {
    Batch batch;
    add(batch, from, at, std::min(kPiece, length - at), false);
    INFERLAB_TRY_VOID(backend_->forward(batch, {}));
  }
  std::vector<KvBlockCopy> copies;
  for (std::size_t slot = 0; slot < slots_->size(); ++slot) {
    if (slot == from) continue;
    const std::vector<std::int32_t>& target = slots_->table(slot);
    for (std::size_t i = 0; i < target.size(); ++i) copies.push_back({source[i], target[i]});
  }
  return backend_->copy_kv_blocks(copies);
}

Result<double> StepRunner::run(const StepShape& shape) {
  const Batch batch = batch_of(shape);
  const auto sampled = static_cast<std::size_t>(batch.num_sampled());
  tokens_.resize(sampled);
  if (backend_->can_sample()) {
    const std::vector<RowSampling> greedy(sampled);
    const double begin = now_ns();
    if (sampled == 0) {
      INFERLAB_TRY_VOID(backend_->forward(batch, {}));
    } else {
      INFERLAB_TRY_VOID(backend_->forward_sampled(batch, greedy, tokens_));
    }
    return now_ns() - begin;
  }
  const auto vocab = static_cast<std::size_t>(vocab_size_);
  logits_.resize(sampled * vocab);
  const double begin = now_ns();
  INFERLAB_TRY_VOID(backend_->forward(batch, logits_));
  for (std::size_t i = 0; i < sampled; ++i) {
    tokens_[i] = argmax(std::span(logits_).subspan(i * vocab, vocab));
  }
  return now_ns() - begin;
}

}  // namespace inferlab::labs
