#include "sim/controllers/pod_state.h"

#include "sim/api/conditions.h"

namespace inferlab::sim {

bool is_active(const PodView& pod) {
  return !pod.terminal() && !pod.meta.deletion_timestamp;
}

std::optional<Time> ready_since(const StoredObject& pod) {
  return parse_rfc3339(condition_of(pod.document, "Ready")["lastTransitionTime"].as_string());
}

bool is_available(const StoredObject& pod, Duration min_ready, Time now) {
  if (!pod.view<PodView>().ready) return false;
  if (min_ready == Duration::zero()) return true;
  const std::optional<Time> since = ready_since(pod);
  return since && *since + min_ready <= now;
}

const Value& condition_of(const Value& document, std::string_view type) {
  return find_condition(document["status"]["conditions"], type);
}

}  // namespace inferlab::sim
