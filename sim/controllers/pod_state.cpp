#include "sim/controllers/pod_state.h"

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
  static const Value kNone;
  for (const Value& condition : document["status"]["conditions"].items()) {
    if (condition["type"].as_string() == type) return condition;
  }
  return kNone;
}

Value with_condition(const Value& conditions, const Value& condition) {
  Value::Array out;
  bool replaced = false;
  for (const Value& old : conditions.items()) {
    const bool same = old["type"] == condition["type"];
    out.push_back(same ? condition : old);
    replaced = replaced || same;
  }
  if (!replaced) out.push_back(condition);
  return Value::array(std::move(out));
}

}  // namespace inferlab::sim
