#pragma once

#include <cstdint>
#include <memory>
#include <span>
#include <vector>

#include "engine/backend/backend.h"
#include "engine/model/lora_adapter.h"

namespace inferlab::reference {

/// The adapters of a backend, by slot, and what they add to the outputs of linear layers.
class Adapters {
 public:
  Adapters() = default;
  explicit Adapters(std::int32_t num_slots);

  /// Checks: slot is 1 to num_slots.
  void set(std::int32_t slot, std::shared_ptr<const LoraAdapter> adapter);
  /// Of each slot, whether an adapter is in it.
  [[nodiscard]] std::span<const std::uint8_t> filled() const { return filled_; }

  /// y += scale * B (A x) for the rows of each sequence that has an adapter with the target: each
  /// sum in the order of dot(), then one multiplication and one addition. x and y are [num_rows,
  /// columns] and [num_rows, rows] of the target's weights.
  void add(const Batch& batch, std::int32_t layer, LoraTarget target, const std::vector<float>& x,
           std::vector<float>& y);

 private:
  void add_rows(const LoraPair& pair, const BatchSequence& sequence, const float* x, float* y);

  std::vector<std::shared_ptr<const LoraAdapter>> slots_;
  std::vector<std::uint8_t> filled_;
  std::vector<float> row_;     // one decoded row of a matrix
  std::vector<float> narrow_;  // A x
};

}  // namespace inferlab::reference
