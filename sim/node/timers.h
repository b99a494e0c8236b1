#pragma once

#include <functional>
#include <memory>
#include <utility>

#include "sim/kernel/simulation.h"

namespace inferlab::sim {

/// The events of one actor, which do nothing any more once the actor is gone or has called drop():
/// an actor may end between scheduling an event and its turn. Member of the actor, declared last.
class Timers {
 public:
  explicit Timers(Simulation& simulation) : simulation_(simulation) {}

  /// As Simulation::after(); `label` is a string literal.
  template <typename Action>
  EventId after(Duration delay, const char* label, Action action) {
    return at(simulation_.now() + delay, label, std::move(action));
  }
  template <typename Action>
  EventId at(Time when, const char* label, Action action) {
    return simulation_.at(when, label,
                          [token = std::weak_ptr<int>(alive_), action = std::move(action)] {
                            if (!token.expired()) action();
                          });
  }
  void cancel(EventId id) { simulation_.cancel(id); }
  /// Wraps a callback that somebody else keeps: it does nothing once the actor is gone.
  template <typename Function>
  auto guarded(Function function) {
    return [token = std::weak_ptr<int>(alive_),
            function = std::move(function)](const auto&... arguments) {
      if (!token.expired()) function(arguments...);
    };
  }
  /// Makes every event scheduled and every callback guarded so far do nothing.
  void drop() { alive_ = std::make_shared<int>(0); }

  [[nodiscard]] Time now() const { return simulation_.now(); }
  [[nodiscard]] Simulation& simulation() { return simulation_; }

 private:
  Simulation& simulation_;
  std::shared_ptr<int> alive_ = std::make_shared<int>(0);
};

}  // namespace inferlab::sim
