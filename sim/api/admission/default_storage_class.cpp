// DefaultStorageClass: a claim that names no class gets the default one.
// Source: Kubernetes documentation, "Persistent Volumes", "Class".
#include "sim/api/admission/default_class.h"
#include "sim/api/admission/rules.h"

namespace inferlab::sim::admission {

std::optional<ApiResponse> set_storage_class(Admission& admission) {
  const Value& claim = admission.object;
  if (!admission.creates() || !admission.is("", "PersistentVolumeClaim") ||
      claim["spec"].has("storageClassName") ||
      claim["metadata"]["annotations"].has("volume.beta.kubernetes.io/storage-class")) {
    return std::nullopt;
  }
  const auto classes = admission.call.store().list("storageclasses.storage.k8s.io");
  if (const StoredObject* chosen =
          default_class(classes, {"storageclass.kubernetes.io/is-default-class",
                                  "storageclass.beta.kubernetes.io/is-default-class"})) {
    admission.object = claim.with_path({"spec", "storageClassName"}, Value(chosen->key.name));
  }
  return std::nullopt;
}

}  // namespace inferlab::sim::admission
