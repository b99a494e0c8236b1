#include "sim/api/views_policy.h"

namespace inferlab::sim {

PodDisruptionBudgetView::PodDisruptionBudgetView(const StoredObject& object)
    : meta(object.document["metadata"]) {
  const Value& spec = object.document["spec"];
  const Value& status = object.document["status"];
  selector = LabelSelector::from_object(spec["selector"]);
  min_available = spec["minAvailable"];
  max_unavailable = spec["maxUnavailable"];
  always_evict_unready = spec["unhealthyPodEvictionPolicy"].as_string() == "AlwaysAllow";
  disruptions_allowed = status["disruptionsAllowed"].as_int();
  observed_generation = status["observedGeneration"].as_int();
  for (const Value::Member& pod : status["disruptedPods"].members()) {
    if (const auto at = parse_rfc3339(pod.value.as_string())) disrupted_pods.emplace(pod.key, *at);
  }
}

PriorityClassView::PriorityClassView(const StoredObject& object) {
  name = object.key.name;
  value = object.document["value"].as_int();
  global_default = object.document["globalDefault"].as_bool();
  never_preempts = object.document["preemptionPolicy"].as_string() == "Never";
}

}  // namespace inferlab::sim
