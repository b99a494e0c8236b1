#include "sim/kernel/simulation.h"

#include <algorithm>

#include "engine/base/check.h"

namespace inferlab::sim {

EventId Simulation::at(Time when, const char* label, std::function<void()> action) {
  std::size_t slot = slots_.size();
  if (free_slots_.empty()) {
    INFERLAB_CHECK(slot < (std::size_t{1} << kSlotBits));
    slots_.emplace_back();
  } else {
    slot = free_slots_.back();
    free_slots_.pop_back();
  }
  const EventId id = (++insertions_ << kSlotBits) | slot;
  Slot& into = slots_[slot];
  into.id = id;
  into.label = label;
  into.action.swap(action);
  queue_.push({std::max(when, now_), id});
  return id;
}

bool Simulation::cancel(EventId id) {
  const std::size_t slot = slot_of(id);
  if (id == 0 || slot >= slots_.size() || slots_[slot].id != id) return false;
  std::function<void()> dropped;  // at the end: what it owns may cancel and schedule too
  dropped.swap(slots_[slot].action);
  release(slot);  // its entry in the queue is skipped: no slot carries its id any more
  return true;
}

void Simulation::release(std::size_t slot) {
  slots_[slot].id = 0;
  free_slots_.push_back(slot);
}

std::optional<Time> Simulation::next_event_time() {
  return queue_.next_time([this](EventId id) { return is_alive(id); });
}

std::uint64_t Simulation::hash_of_label(const char* label) {
  LabelHash& known = label_hashes_[reinterpret_cast<std::uintptr_t>(label) / 8 % 64];
  if (known.label != label) known = {label, hash_of(label)};
  return known.hash;
}

bool Simulation::run_next(Time latest) {
  const std::optional<EventQueue::Entry> entry =
      queue_.take(latest, [this](EventId id) { return is_alive(id); });
  if (!entry) return false;
  const std::size_t slot = slot_of(entry->id);
  // Moved out first: the handler may schedule events, which may move or reuse the slot.
  std::function<void()> action;
  action.swap(slots_[slot].action);
  trace_.add(static_cast<std::uint64_t>(entry->when.time_since_epoch().count()));
  trace_.add(hash_of_label(slots_[slot].label));
  release(slot);
  now_ = entry->when;
  ++events_run_;
  action();
  return true;
}

bool Simulation::step() {
  return run_next(Time::max());
}

void Simulation::run_until(Time end) {
  while (run_next(end)) {
  }
  now_ = std::max(now_, end);
}

Rng& Simulation::rng(std::string_view component, std::string_view object) {
  const auto key = std::make_pair(std::string(component), std::string(object));
  const auto found = streams_.find(key);
  if (found != streams_.end()) return found->second;
  return streams_.emplace(key, Rng(seed_, component, object)).first->second;
}

}  // namespace inferlab::sim
