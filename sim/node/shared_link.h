#pragma once

#include <cstdint>
#include <functional>
#include <map>

#include "engine/base/time.h"
#include "sim/kernel/simulation.h"
#include "sim/node/timers.h"

namespace inferlab::sim {

/// A link whose bandwidth the transfers under way share equally: a node's way to the model storage.
class SharedLink {
 public:
  using TransferId = std::uint64_t;

  /// `bandwidth` in bytes per second. Checks: above 0.
  SharedLink(Simulation& simulation, double bandwidth);

  /// Calls `done` once when all `bytes` have come, never inside start().
  TransferId start(std::int64_t bytes, std::function<void()> done);
  /// `done` is not called any more.
  void cancel(TransferId id);
  [[nodiscard]] double bandwidth() const { return bandwidth_; }

 private:
  struct Transfer {
    double left;  // bytes
    std::function<void()> done;
  };
  void advance();
  void reschedule();
  void finish_due();

  double bandwidth_;
  std::map<TransferId, Transfer> transfers_;
  TransferId last_id_ = 0;
  Time advanced_{};
  EventId next_ = 0;
  Timers timers_;
};

}  // namespace inferlab::sim
