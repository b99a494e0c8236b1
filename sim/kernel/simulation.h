#pragma once

#include <array>
#include <cstdint>
#include <functional>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "engine/base/hash.h"
#include "engine/base/rng.h"
#include "engine/base/time.h"
#include "sim/kernel/event_queue.h"

namespace inferlab::sim {

/// The virtual clock, the event queue and the random streams of one run.
///
/// Events run in the order (time, insertion), so equal seeds and equal inputs give equal runs. A
/// handler runs to completion: it reads, decides, writes, and schedules what comes next.
/// Not thread-safe: one thread owns the run (see Mailbox for how others reach it).
class Simulation {
 public:
  /// `start` is the moment that the clock shows before anything has happened.
  explicit Simulation(std::uint64_t seed, Time start = {})
      : seed_(seed), start_(start), now_(start) {}
  Simulation(const Simulation&) = delete;
  Simulation& operator=(const Simulation&) = delete;

  [[nodiscard]] Time now() const { return now_; }
  [[nodiscard]] Time start() const { return start_; }
  [[nodiscard]] std::uint64_t seed() const { return seed_; }

  /// Runs `action` at `when`, or now if that has passed. `label` ("kubelet/probe") must be a string
  /// literal: it is part of the run hash and is kept by address.
  EventId at(Time when, const char* label, std::function<void()> action);
  EventId after(Duration delay, const char* label, std::function<void()> action) {
    return at(now_ + delay, label, std::move(action));
  }
  /// False when the event has run already, was cancelled, or never was.
  bool cancel(EventId id);

  /// When the next event is due; nullopt when none is.
  [[nodiscard]] std::optional<Time> next_event_time();
  /// Runs one event and moves the clock to it; false when there is none.
  bool step();
  /// Runs every event up to and including `end`, then leaves the clock at `end`.
  void run_until(Time end);

  /// The stream of this actor, made at first use from (seed, component, object).
  Rng& rng(std::string_view component, std::string_view object);

  /// What happened so far, as one number: every event's time and label, and whatever actors add.
  [[nodiscard]] RunHash& trace() { return trace_; }
  [[nodiscard]] std::uint64_t events_run() const { return events_run_; }

 private:
  // An EventId is (insertion number << kSlotBits) | slot: it orders by insertion and finds its
  // slot.
  static constexpr int kSlotBits = 24;
  struct Slot {
    EventId id = 0;  // 0 when free
    const char* label = nullptr;
    std::function<void()> action;
  };
  // What a label adds to the trace, found again by its address.
  struct LabelHash {
    const char* label = nullptr;
    std::uint64_t hash = 0;
  };
  static std::size_t slot_of(EventId id) { return id & ((EventId{1} << kSlotBits) - 1); }
  void release(std::size_t slot);
  [[nodiscard]] bool is_alive(EventId id) const { return slots_[slot_of(id)].id == id; }
  /// Runs the next event if it is due by then.
  bool run_next(Time latest);
  std::uint64_t hash_of_label(const char* label);

  std::uint64_t seed_;
  Time start_;
  Time now_;
  std::uint64_t insertions_ = 0;
  std::uint64_t events_run_ = 0;
  EventQueue queue_;  // cancelled events stay until it is their turn
  std::vector<Slot> slots_;
  std::vector<std::size_t> free_slots_;
  std::array<LabelHash, 64> label_hashes_;
  std::map<std::pair<std::string, std::string>, Rng> streams_;
  RunHash trace_;
};

}  // namespace inferlab::sim
