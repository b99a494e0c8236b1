#pragma once

#include <string>

#include "sim/api/api.h"
#include "sim/api/event_recorder.h"
#include "sim/controllers/object_index.h"
#include "sim/controllers/rate_limiter.h"

namespace inferlab::sim {

/// What the parts of one workload controller share. All of it is the controller's and outlives
/// them.
struct WorkloadContext {
  Api& api;
  const ObjectIndex& index;
  EventRecorder& events;
  const std::string& user;  // who writes
  RateLimiter& client;      // of calls that make or delete Pods

  [[nodiscard]] Store& store() const { return api.store(); }
  [[nodiscard]] Time now() const { return api.simulation().now(); }
};

}  // namespace inferlab::sim
