#pragma once

#include <cstdint>
#include <span>
#include <vector>

#include "engine/backend/backend.h"
#include "engine/base/result.h"
#include "labs/calibrate/step_shape.h"

namespace inferlab::labs {

/// Where the KV blocks of a step's requests lie: each request of a step has a slot of its own,
/// large enough for any step of the grid.
class KvSlots {
 public:
  KvSlots(std::span<const GridPoint> grid, std::int32_t block_size);

  [[nodiscard]] std::int32_t num_blocks() const { return num_blocks_; }
  [[nodiscard]] std::int32_t block_size() const { return block_size_; }
  /// Of all slots, sequences' first.
  [[nodiscard]] std::size_t size() const { return tables_.size(); }
  [[nodiscard]] const std::vector<std::int32_t>& table(std::size_t slot) const {
    return tables_[slot];
  }
  [[nodiscard]] std::size_t of_sequence(std::int64_t index) const {
    return static_cast<std::size_t>(index);
  }
  [[nodiscard]] std::size_t of_prompt(std::int64_t index) const {
    return num_sequences_ + static_cast<std::size_t>(index);
  }
  /// The one with the most blocks.
  [[nodiscard]] std::size_t largest() const;

 private:
  std::int32_t block_size_;
  std::int32_t num_blocks_ = 0;
  std::size_t num_sequences_ = 0;
  std::vector<std::vector<std::int32_t>> tables_;
};

/// Carries steps out on a backend that has loaded a model with the slots' blocks, as the engine
/// does: the batch, and a greedy choice for each sampled row.
class StepRunner {
 public:
  /// `backend` and `slots` outlive the runner.
  StepRunner(Backend& backend, const KvSlots& slots, std::int32_t vocab_size);

  /// Computes one context and copies it everywhere: steps read keys and values of a real one, each
  /// its own.
  Result<void> fill_contexts();
  /// Nanoseconds that the step took.
  Result<double> run(const StepShape& shape);

 private:
  [[nodiscard]] Batch batch_of(const StepShape& shape) const;
  void add(Batch& batch, std::size_t slot, std::int64_t context, std::int64_t count,
           bool samples) const;

  Backend* backend_;
  const KvSlots* slots_;
  std::int32_t vocab_size_;
  std::vector<float> logits_;
  std::vector<std::int32_t> tokens_;
};

}  // namespace inferlab::labs
