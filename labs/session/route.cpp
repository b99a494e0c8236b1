#include "labs/session/route.h"

#include <fmt/format.h>

#include <utility>

#include "sim/node/kubelets.h"
#include "sim/serving/gateway.h"
#include "sim/serving/llm_server.h"

namespace inferlab::labs {
namespace {

// As the gateway of the simulation judges it: a server that runs but listens elsewhere is another
// mistake than one whose model is not there yet.
bool is_unloaded(sim::Cluster& cluster, const sim::Endpoint& endpoint) {
  const sim::ObjectPtr pod = cluster.store().get({"pods", endpoint.ns, endpoint.pod});
  return pod != nullptr && !pod->document["metadata"].has("deletionTimestamp") &&
         !cluster.kubelets().serving(endpoint.ns, endpoint.pod);
}

}  // namespace

Route route_request(sim::Cluster& cluster, const DefaultService& service, std::uint64_t turn) {
  Route route;
  const auto endpoints = cluster.gateway().endpoints(service.ns, service.name, service.port);
  if (!endpoints) {
    route.message = endpoints.error().message;
    return route;
  }
  route.service_exists = true;
  if (endpoints->empty()) {
    route.message = fmt::format("service {}/{}: no endpoints available: no Pod behind it is Ready",
                                service.ns, service.name);
    return route;
  }
  route.endpoint = (*endpoints)[turn % endpoints->size()];
  const sim::Endpoint& endpoint = *route.endpoint;
  const std::string where =
      fmt::format("Pod {}/{} ({}:{})", endpoint.ns, endpoint.pod, endpoint.ip, endpoint.port);
  sim::Workload* const workload =
      cluster.kubelets().listener(endpoint.ns, endpoint.pod, endpoint.port);
  if (workload == nullptr && !cluster.kubelets().is_up(endpoint.node)) {
    route.message =
        fmt::format("{}: connection timed out: node {} does not answer", where, endpoint.node);
  } else if (workload == nullptr) {
    route.unloaded = is_unloaded(cluster, endpoint);
    route.message = where + ": connection refused: nothing listens on this port" +
                    (route.unloaded ? " yet" : "");
  } else if (dynamic_cast<sim::LlmServer*>(workload) == nullptr) {
    const sim::HttpAnswer answer = workload->http_get(endpoint.port, "/v1/chat/completions");
    if (answer.connected) route.status = answer.status;
    route.message = where + (answer.connected ? ": is no LLM server" : ": connection refused");
  } else if (const auto* pool = cluster.kubelets().pool_of(endpoint.node);
             pool == nullptr || !pool->local) {
    route.message =
        fmt::format("{}: serves in the simulation only: the pool of node {} is not `local`", where,
                    endpoint.node);
  } else {
    route.live = true;
  }
  return route;
}

}  // namespace inferlab::labs
