// PersistentVolumeClaimResize: only a bound claim grows, and only if its class allows it.
// Source: Kubernetes documentation, "Persistent Volumes", "Expanding Persistent Volumes Claims".
#include "sim/api/admission/rules.h"
#include "sim/api/quantity.h"

namespace inferlab::sim::admission {
namespace {

Quantity storage_of(const Value& claim) {
  return Quantity::parse(claim["spec"]["resources"]["requests"]["storage"].as_string())
      .value_or(Quantity());
}

}  // namespace

std::optional<ApiResponse> check_resize(Admission& admission) {
  if (admission.creates() || !admission.is("", "PersistentVolumeClaim")) return std::nullopt;
  const Value& claim = admission.object;
  if (storage_of(claim) <= storage_of(admission.old)) return std::nullopt;
  if (admission.old["status"]["phase"].as_string() != "Bound")
    return admission.refuse("Only bound persistent volume claims can be expanded");
  const ObjectPtr storage_class = admission.call.store().get(
      {"storageclasses.storage.k8s.io", "", claim["spec"]["storageClassName"].str()});
  if (storage_class == nullptr || !storage_class->document["allowVolumeExpansion"].as_bool()) {
    return admission.refuse(
        "only dynamically provisioned pvc can be resized and the storageclass that provisions the "
        "pvc must support resize");
  }
  return std::nullopt;
}

}  // namespace inferlab::sim::admission
