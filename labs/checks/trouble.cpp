#include "labs/checks/trouble.h"

#include <fmt/format.h>

#include <algorithm>

#include "sim/api/conditions.h"
#include "sim/api/views.h"
#include "sim/node/kubelets.h"
#include "sim/serving/gateway.h"

namespace inferlab::labs {
namespace {

using sim::ObjectPtr;
using sim::Value;

constexpr std::size_t kMostOfSelector = 200;

// The Deployment of the Pod, or what else made it, or the Pod itself.
std::string maker_of(const sim::StoredObject& pod, const sim::Store& store) {
  const std::string& ns = pod.key.ns;
  const sim::OwnerReference* owner = pod.view<sim::PodView>().meta.controller();
  if (owner == nullptr) return fmt::format("Pod {}/{}", ns, pod.key.name);
  const ObjectPtr set =
      owner->kind == "ReplicaSet" ? store.get({"replicasets.apps", ns, owner->name}) : nullptr;
  if (set == nullptr) return fmt::format("{} {}/{}", owner->kind, ns, owner->name);
  const sim::MetaView meta(set->document["metadata"]);
  if (const sim::OwnerReference* above = meta.controller()) {
    return fmt::format("{} {}/{}", above->kind, ns, above->name);
  }
  return fmt::format("{} {}/{}", owner->kind, ns, owner->name);
}

// Why a Deployment has made no Pod, as far as it says so.
std::string no_pods(const sim::StoredObject& deployment) {
  const Value& document = deployment.document;
  std::string out =
      fmt::format("Deployment {}/{} has no Pods", deployment.key.ns, deployment.key.name);
  const Value& failure = sim::find_condition(document["status"]["conditions"], "ReplicaFailure");
  if (!failure["message"].empty()) return out + ": " + failure["message"].str();
  if (document["spec"]["replicas"].as_int(1) == 0) return out + ": it asks for 0 replicas";
  return out;
}

// Why the Service has no endpoint that is ready, from what it selects. Empty: it has one.
Trouble selection_trouble(const sim::StoredObject& service, sim::Cluster& run) {
  const std::string name = fmt::format("Service {}/{}", service.key.ns, service.key.name);
  const Value& selector = service.document["spec"]["selector"];
  if (selector.members().empty()) {
    return {Cause::kService, name + " has no selector, so it selects no Pod", name};
  }
  const auto labels = sim::LabelSelector::from_map(selector);
  Trouble first;
  bool selects = false;
  for (const ObjectPtr& pod : run.store().list("pods", service.key.ns)) {
    const sim::PodView& view = pod->view<sim::PodView>();
    if (view.meta.deletion_timestamp || !labels.matches(view.meta.labels)) continue;
    selects = true;
    if (view.ready) return {};
    if (first.any()) continue;
    first = pod_trouble(*pod, run);
    first.what = fmt::format("{} selects a Pod that is no endpoint yet: {}", name, first.what);
    first.root = maker_of(*pod, run.store());
  }
  if (selects) return first;
  return {Cause::kService,
          fmt::format("{} selects no Pod: none in its namespace has the labels {}", name,
                      shortened(labels.str(), kMostOfSelector)),
          name};
}

}  // namespace

std::string shortened(std::string_view text, std::size_t bytes) {
  constexpr std::string_view kMore = "…";
  if (text.size() <= bytes) return std::string(text);
  std::size_t end = bytes - std::min(bytes, kMore.size());
  while (end > 0 && (static_cast<unsigned char>(text[end]) & 0xC0U) == 0x80U) --end;
  return std::string(text.substr(0, end)) + std::string(kMore);
}

Trouble deployment_trouble(sim::Cluster& run, std::string_view ns, std::string_view deployment) {
  const std::string root = fmt::format("Deployment {}/{}", ns, deployment);
  const auto workload = Workload::find(run.store(), ns, deployment);
  if (!workload) return {Cause::kMissing, no_deployment(ns, deployment), root};
  if (workload->pods().empty()) {
    return {Cause::kMissing, no_pods(workload->deployment()), root};
  }
  for (const ObjectPtr& pod : workload->pods()) {
    if (pod->view<sim::PodView>().meta.deletion_timestamp) continue;
    Trouble trouble = pod_trouble(*pod, run);
    if (!trouble.any()) continue;
    trouble.root = root;
    return trouble;
  }
  return {};
}

Trouble never_available(sim::Cluster& run, std::string_view ns, std::string_view deployment) {
  const auto workload = Workload::find(run.store(), ns, deployment);
  if (workload && workload->first_available(1)) return {};
  Trouble trouble = deployment_trouble(run, ns, deployment);
  if (trouble.any()) return trouble;
  const std::string root = fmt::format("Deployment {}/{}", ns, deployment);
  return {Cause::kNotReady, root + " has a Pod that is Ready, but not for minReadySeconds", root};
}

Trouble service_trouble(sim::Cluster& run, std::string_view ns, std::string_view service,
                        int port) {
  const std::string name = fmt::format("Service {}/{}", ns, service);
  const ObjectPtr object = run.store().get({"services", std::string(ns), std::string(service)});
  if (object == nullptr) return {Cause::kMissing, "there is no " + name, name};
  // endpoints() and not pick(): a check takes no turn that a client would have had.
  const auto endpoints = run.gateway().endpoints(ns, service, port);
  if (!endpoints) return {Cause::kService, fmt::format("{} has no port {}", name, port), name};
  if (endpoints->empty()) {
    Trouble trouble = selection_trouble(*object, run);
    if (trouble.any()) return trouble;
    return {Cause::kService,
            fmt::format("{} has no endpoint for its port {}, though it selects a Pod that is Ready",
                        name, port),
            name};
  }
  for (const sim::Endpoint& endpoint : *endpoints) {
    if (run.kubelets().listener(endpoint.ns, endpoint.pod, endpoint.port) != nullptr) continue;
    return {Cause::kService,
            fmt::format("{} leads to port {} of Pod {}, where nothing listens", name, endpoint.port,
                        endpoint.pod),
            name};
  }
  return {};
}

Trouble traffic_trouble(sim::Cluster& run) {
  for (const sim::TrafficSpec& traffic : run.spec().traffic) {
    Trouble trouble = service_trouble(run, traffic.ns, traffic.service, traffic.port);
    if (trouble.any()) return trouble;
  }
  return {};
}

Trouble traffic_trouble(sim::Cluster& run, std::string_view ns, std::string_view service) {
  for (const sim::TrafficSpec& traffic : run.spec().traffic) {
    if (traffic.ns != ns || traffic.service != service) continue;
    Trouble trouble = service_trouble(run, ns, service, traffic.port);
    if (trouble.any()) return trouble;
  }
  return {};
}

}  // namespace inferlab::labs
