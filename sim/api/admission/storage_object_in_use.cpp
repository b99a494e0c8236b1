// StorageObjectInUseProtection: a volume or claim that is in use is not deleted before it is free.
// Source: Kubernetes documentation, "Persistent Volumes", "Storage Object in Use Protection".
#include "sim/api/admission/rules.h"

namespace inferlab::sim::admission {

std::optional<ApiResponse> protect_storage(Admission& admission) {
  const bool claim = admission.is("", "PersistentVolumeClaim");
  if (!admission.creates() || (!claim && !admission.is("", "PersistentVolume")))
    return std::nullopt;
  const std::string_view name =
      claim ? "kubernetes.io/pvc-protection" : "kubernetes.io/pv-protection";
  const Value& finalizers = admission.object["metadata"]["finalizers"];
  for (const Value& one : finalizers.items()) {
    if (one.as_string() == name) return std::nullopt;
  }
  admission.object =
      admission.object.with_path({"metadata", "finalizers"}, finalizers.appended(Value(name)));
  return std::nullopt;
}

}  // namespace inferlab::sim::admission
