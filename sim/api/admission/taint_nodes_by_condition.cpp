// TaintNodesByCondition: no Pod is scheduled to a new node before the node lifecycle controller has
// looked at its conditions, and lifted this taint.
// Source: Kubernetes documentation, "Admission Control in Kubernetes".
#include <algorithm>

#include "sim/api/admission/rules.h"

namespace inferlab::sim::admission {

std::optional<ApiResponse> taint_new_node(Admission& admission) {
  if (!admission.creates() || !admission.is("", "Node")) return std::nullopt;
  const Value& taints = admission.object["spec"]["taints"];
  const Value taint =
      Value::object({{"effect", "NoSchedule"}, {"key", "node.kubernetes.io/not-ready"}});
  const Value::Array& all = taints.items();
  const bool present = std::any_of(all.begin(), all.end(), [&taint](const Value& one) {
    return one["key"] == taint["key"] && one["effect"] == taint["effect"];
  });
  if (!present) {
    admission.object = admission.object.with_path({"spec", "taints"}, taints.appended(taint));
  }
  return std::nullopt;
}

}  // namespace inferlab::sim::admission
