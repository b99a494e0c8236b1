#pragma once

#include <cstdint>
#include <memory>
#include <vector>

#include "engine/backend/backend.h"
#include "engine/schedule/step.h"
#include "engine/serve/sequence.h"

namespace inferlab {

/// Which adapter is in which of the backend's slots. Happens on the engine's thread.
class AdapterSlots {
 public:
  /// Borrows the backend, which has so many slots.
  AdapterSlots(Backend& backend, std::int64_t num_slots);

  /// Brings the adapters of the step's requests into slots, in place of those that were used
  /// longest ago. Checks: the step has no more of them than there are slots.
  Result<void> prepare(const Step& step, const SequenceTable& sequences);
  /// Of the sequence's adapter, which prepare() has brought; 0 where it has none.
  [[nodiscard]] std::int32_t slot_of(const Sequence& sequence) const;

 private:
  struct Slot {
    LoraId id = 0;  // 0: empty
    std::uint64_t last_step = 0;
  };
  Result<void> bring(const ServedLora& lora, std::shared_ptr<const LoraAdapter> weights,
                     std::uint64_t step);

  Backend* backend_;
  std::vector<Slot> slots_;
};

}  // namespace inferlab
