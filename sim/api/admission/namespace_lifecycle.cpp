// NamespaceLifecycle: nothing new in a namespace that is not there, or is going away.
#include "sim/api/admission/rules.h"
#include "sim/api/status.h"

namespace inferlab::sim::admission {

std::optional<ApiResponse> check_namespace(Admission& admission) {
  const Call& call = admission.call;
  const std::string& ns = call.request.ns;
  if (!admission.creates() || !call.kind.namespaced) return std::nullopt;
  const ObjectPtr found = call.store().get({"namespaces", "", ns});
  if (found == nullptr) return not_found("namespaces", ns);
  if (!found->document["metadata"].has("deletionTimestamp")) return std::nullopt;
  ApiResponse refused = admission.refuse("unable to create new content in namespace " + ns +
                                         " because it is being terminated");
  const Value cause = Value::object({{"field", "metadata.namespace"},
                                     {"message", Value("namespace " + ns + " is being terminated")},
                                     {"reason", "NamespaceTerminating"}});
  refused.body = refused.body.with_path({"details", "causes"}, Value::array({cause}));
  return refused;
}

}  // namespace inferlab::sim::admission
