#pragma once

#include <cstdint>
#include <vector>

#include "engine/base/rng.h"
#include "sim/node/timers.h"
#include "sim/serving/gateway.h"
#include "sim/serving/traffic_spec.h"

namespace inferlab::sim {

/// Sends the requests of one TrafficSpec through the gateway: an open loop, which does not slow
/// down when answers do.
class TrafficGenerator {
 public:
  /// `gateway` outlives the generator.
  TrafficGenerator(Simulation& simulation, Gateway& gateway, TrafficSpec spec);

  /// Schedules the first arrival. At once, and once.
  void start();
  [[nodiscard]] std::int64_t sent() const { return sent_; }
  [[nodiscard]] const TrafficSpec& spec() const { return spec_; }

 private:
  void schedule_next(Time after);
  void arrive();

  Gateway& gateway_;
  TrafficSpec spec_;
  Rng& rng_;
  std::int64_t sent_ = 0;
  Timers timers_;
  Time begin_;  // of the run
};

}  // namespace inferlab::sim
