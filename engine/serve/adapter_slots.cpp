#include "engine/serve/adapter_slots.h"

#include <algorithm>
#include <utility>

#include "engine/base/check.h"

namespace inferlab {

AdapterSlots::AdapterSlots(Backend& backend, std::int64_t num_slots)
    : backend_(&backend), slots_(static_cast<std::size_t>(num_slots)) {}

Result<void> AdapterSlots::prepare(const Step& step, const SequenceTable& sequences) {
  if (slots_.empty()) return {};
  std::vector<const Sequence*> missing;
  for (const ScheduledRequest& entry : step.scheduled) {
    const Sequence& sequence = *sequences.at(entry.id);
    if (sequence.lora == nullptr) continue;
    const auto found = std::ranges::find(slots_, sequence.lora->id, &Slot::id);
    if (found == slots_.end()) {
      missing.push_back(&sequence);
    } else {
      found->last_step = step.number;
    }
  }
  for (const Sequence* sequence : missing) {
    if (slot_of(*sequence) != 0) continue;  // it was missing twice
    const std::shared_ptr<const LoraAdapter> weights(sequence->lora, &sequence->lora->weights);
    INFERLAB_TRY_VOID(bring(*sequence->lora, weights, step.number));
  }
  return {};
}

Result<void> AdapterSlots::bring(const ServedLora& lora, std::shared_ptr<const LoraAdapter> weights,
                                 std::uint64_t step) {
  const auto oldest = std::ranges::min_element(slots_, {}, &Slot::last_step);
  INFERLAB_CHECK(oldest->last_step < step);
  oldest->id = 0;
  INFERLAB_TRY_VOID(backend_->set_adapter(static_cast<std::int32_t>(oldest - slots_.begin()) + 1,
                                          std::move(weights)));
  *oldest = {.id = lora.id, .last_step = step};
  return {};
}

std::int32_t AdapterSlots::slot_of(const Sequence& sequence) const {
  if (sequence.lora == nullptr) return 0;
  const auto found = std::ranges::find(slots_, sequence.lora->id, &Slot::id);
  return found == slots_.end() ? 0 : static_cast<std::int32_t>(found - slots_.begin()) + 1;
}

}  // namespace inferlab
