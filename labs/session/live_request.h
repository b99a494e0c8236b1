#pragma once

#include <cstdint>
#include <string>

#include "engine/base/time.h"
#include "sim/cluster/cluster.h"

namespace inferlab::labs {

/// A request from this machine that a real engine behind a Pod answered, as the run remembers it:
/// counts and times, never what was said. Times are those of the wall clock, taken for virtual
/// ones.
struct LiveRequest {
  Time at{};  // virtual: its end
  std::string ns, service, pod, node;
  std::int64_t prompt_tokens = 0, output_tokens = 0;
  Duration first_token{};  // from its arrival; 0: none came
  Duration took{};
  int code = 0;
  bool unloaded = false;  // see RequestRecord::unloaded
};

/// Counts it in the metrics of the gateway. On the run's thread; changes nothing else, so a run
/// whose live requests are left out differs in these metrics alone.
void note_live_request(sim::Cluster& cluster, const LiveRequest& request);

}  // namespace inferlab::labs
