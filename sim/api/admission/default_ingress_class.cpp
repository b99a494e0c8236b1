// DefaultIngressClass: an Ingress that names no class gets the default one.
// Source: Kubernetes documentation, "Ingress", "Default IngressClass".
#include "sim/api/admission/default_class.h"
#include "sim/api/admission/rules.h"

namespace inferlab::sim::admission {

std::optional<ApiResponse> set_ingress_class(Admission& admission) {
  const Value& ingress = admission.object;
  if (!admission.creates() || !admission.is("networking.k8s.io", "Ingress") ||
      ingress["spec"].has("ingressClassName") ||
      ingress["metadata"]["annotations"].has("kubernetes.io/ingress.class")) {
    return std::nullopt;
  }
  const auto classes = admission.call.store().list("ingressclasses.networking.k8s.io");
  if (const StoredObject* chosen =
          default_class(classes, {"ingressclass.kubernetes.io/is-default-class"})) {
    admission.object = ingress.with_path({"spec", "ingressClassName"}, Value(chosen->key.name));
  }
  return std::nullopt;
}

}  // namespace inferlab::sim::admission
