// DefaultTolerationSeconds: Pods leave a node that fails or falls silent after five minutes, unless
// they say otherwise.
// Source: Kubernetes documentation, "Taints and Tolerations", "Taint based Evictions".
#include <algorithm>

#include "sim/api/admission/rules.h"

namespace inferlab::sim::admission {

std::optional<ApiResponse> add_default_tolerations(Admission& admission) {
  if (!admission.creates_pod()) return std::nullopt;
  Value tolerations = admission.object["spec"]["tolerations"];
  for (const char* key : {"node.kubernetes.io/not-ready", "node.kubernetes.io/unreachable"}) {
    const Value::Array& all = tolerations.items();
    const bool tolerated = std::any_of(all.begin(), all.end(), [key](const Value& toleration) {
      const bool effect =
          toleration["effect"].empty() || toleration["effect"].as_string() == "NoExecute";
      const bool names_key = toleration["key"].empty() || toleration["key"].as_string() == key;
      return effect && names_key;
    });
    if (tolerated) continue;
    tolerations = tolerations.appended(Value::object({{"effect", "NoExecute"},
                                                      {"key", key},
                                                      {"operator", "Exists"},
                                                      {"tolerationSeconds", 300}}));
  }
  admission.object = admission.object.with_path({"spec", "tolerations"}, tolerations);
  return std::nullopt;
}

}  // namespace inferlab::sim::admission
