#pragma once

#include <cstdint>
#include <optional>
#include <string>

#include "labs/session/live_gateway.h"
#include "sim/cluster/cluster.h"
#include "sim/serving/endpoint_table.h"

namespace inferlab::labs {

/// What the simulated cluster says of a request that comes in now: who answers, or why nobody can.
struct Route {
  std::optional<sim::Endpoint> endpoint;  // chosen, whether or not it can answer
  bool live = false;                      // the LLM server of the endpoint serves: ask its engine
  // Else the answer, in the words of the simulated gateway.
  int status = 503;
  std::string message;
  bool service_exists = false;
  bool unloaded = false;  // see RequestRecord::unloaded
};

/// On the run's thread; changes nothing. `turn` chooses among the ready endpoints: the simulated
/// traffic takes its own turns undisturbed.
Route route_request(sim::Cluster& cluster, const DefaultService& service, std::uint64_t turn);

}  // namespace inferlab::labs
