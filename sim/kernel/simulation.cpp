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
  slots_[slot] = {id, label, std::move(action)};
  heap_.push_back({std::max(when, now_), id});
  std::push_heap(heap_.begin(), heap_.end(), later);
  return id;
}

bool Simulation::cancel(EventId id) {
  const std::size_t slot = slot_of(id);
  if (id == 0 || slot >= slots_.size() || slots_[slot].id != id) return false;
  release(slot);  // its heap entry is skipped when it surfaces: no slot carries its id any more
  return true;
}

void Simulation::release(std::size_t slot) {
  slots_[slot] = {};
  free_slots_.push_back(slot);
}

void Simulation::drop_cancelled() {
  while (!heap_.empty() && slots_[slot_of(heap_.front().id)].id != heap_.front().id) {
    std::pop_heap(heap_.begin(), heap_.end(), later);
    heap_.pop_back();
  }
}

std::optional<Time> Simulation::next_event_time() {
  drop_cancelled();
  if (heap_.empty()) return std::nullopt;
  return heap_.front().when;
}

bool Simulation::step() {
  drop_cancelled();
  if (heap_.empty()) return false;
  const Entry entry = heap_.front();
  std::pop_heap(heap_.begin(), heap_.end(), later);
  heap_.pop_back();
  const std::size_t slot = slot_of(entry.id);
  // Moved out first: the handler may schedule events, which may move or reuse the slot.
  const std::function<void()> action = std::move(slots_[slot].action);
  trace_.add(static_cast<std::uint64_t>(entry.when.time_since_epoch().count()));
  trace_.add(std::string_view(slots_[slot].label));
  release(slot);
  now_ = entry.when;
  ++events_run_;
  action();
  return true;
}

void Simulation::run_until(Time end) {
  for (std::optional<Time> next = next_event_time(); next && *next <= end;
       next = next_event_time()) {
    step();
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
