#include "labs/bench/bench_objects.h"

#include <fmt/format.h>

#include "sim/api/json.h"

namespace inferlab::labs {
namespace {

using sim::Value;

constexpr std::size_t kZones = 10;

Value json(const std::string& text) {
  return sim::parse_json(text).value();
}

Value spread_of(const std::string& app) {
  return json(fmt::format(R"([
    {{"maxSkew": 5, "topologyKey": "topology.kubernetes.io/zone",
      "whenUnsatisfiable": "DoNotSchedule", "labelSelector": {{"matchLabels": {{"app": "{0}"}}}}}},
    {{"maxSkew": 1, "topologyKey": "kubernetes.io/hostname",
      "whenUnsatisfiable": "ScheduleAnyway", "labelSelector": {{"matchLabels": {{"app": "{0}"}}}}}}
    ])",
                          app));
}

Value affinity_of(const std::string& app, const std::string& next) {
  return json(fmt::format(R"({{
    "podAntiAffinity": {{"requiredDuringSchedulingIgnoredDuringExecution": [
      {{"labelSelector": {{"matchLabels": {{"app": "{0}"}}}},
        "topologyKey": "kubernetes.io/hostname"}}]}},
    "podAffinity": {{"preferredDuringSchedulingIgnoredDuringExecution": [
      {{"weight": 10, "podAffinityTerm": {{"labelSelector": {{"matchLabels": {{"app": "{1}"}}}},
        "topologyKey": "topology.kubernetes.io/zone"}}}}]}}}})",
                          app, next));
}

}  // namespace

Value bench_node(std::size_t number) {
  const std::string name = fmt::format("node-{:05}", number);
  return json(fmt::format(R"({{"apiVersion": "v1", "kind": "Node",
    "metadata": {{"name": "{0}", "labels": {{"kubernetes.io/hostname": "{0}",
      "topology.kubernetes.io/zone": "zone-{1}"}}}},
    "spec": {{}},
    "status": {{
      "allocatable": {{"cpu": "96", "memory": "1Ti", "nvidia.com/gpu": "8", "pods": "110"}},
      "capacity": {{"cpu": "96", "memory": "1Ti", "nvidia.com/gpu": "8", "pods": "110"}},
      "conditions": [{{"lastHeartbeatTime": "2099-01-01T00:00:00Z",
        "lastTransitionTime": "2026-01-05T08:00:00Z", "message": "kubelet is posting ready status",
        "reason": "KubeletReady", "status": "True", "type": "Ready"}}]}}}})",
                          name, number % kZones));
}

Value bench_pod(std::size_t app, Wishes wishes) {
  const std::string own = fmt::format("app-{:03}", app);
  Value pod = json(fmt::format(R"({{"apiVersion": "v1", "kind": "Pod",
    "metadata": {{"labels": {{"app": "{}"}}}},
    "spec": {{
      "containers": [{{"image": "registry.local/vllm:v1", "imagePullPolicy": "IfNotPresent",
        "name": "main", "resources": {{"requests": {{"cpu": "1", "memory": "2Gi"}}}},
        "terminationMessagePath": "/dev/termination-log", "terminationMessagePolicy": "File"}}],
      "dnsPolicy": "ClusterFirst", "enableServiceLinks": true, "restartPolicy": "Always",
      "schedulerName": "default-scheduler", "securityContext": {{}},
      "terminationGracePeriodSeconds": 30,
      "tolerations": [
        {{"effect": "NoExecute", "key": "node.kubernetes.io/not-ready", "operator": "Exists",
          "tolerationSeconds": 300}},
        {{"effect": "NoExecute", "key": "node.kubernetes.io/unreachable", "operator": "Exists",
          "tolerationSeconds": 300}}]}},
    "status": {{"phase": "Pending", "qosClass": "Burstable"}}}})",
                               own));
  if (wishes == Wishes::kNone) return pod;
  pod = pod.with_path({"spec", "topologySpreadConstraints"}, spread_of(own));
  if (wishes == Wishes::kSpread) return pod;
  return pod.with_path({"spec", "affinity"}, affinity_of(own, fmt::format("app-{:03}", app + 1)));
}

}  // namespace inferlab::labs
