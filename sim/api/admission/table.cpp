// The admission plugins that are on, in the API server's order.
// Source: Kubernetes documentation, "Admission Control in Kubernetes"; kube-apiserver 1.32.
#include "sim/api/admission/rules.h"
#include "sim/api/status.h"

namespace inferlab::sim {
namespace {

constexpr AdmissionRule kRules[] = {
    {"NamespaceLifecycle", admission::check_namespace, nullptr},
    {"LimitRanger", admission::fill_limits, admission::check_limits},
    {"ServiceAccount", admission::set_service_account, nullptr},
    {"TaintNodesByCondition", admission::taint_new_node, nullptr},
    {"PodSecurity", nullptr, admission::check_pod_security},
    {"Priority", admission::set_priority, nullptr},
    {"DefaultTolerationSeconds", admission::add_default_tolerations, nullptr},
    {"DefaultStorageClass", admission::set_storage_class, nullptr},
    {"StorageObjectInUseProtection", admission::protect_storage, nullptr},
    {"PersistentVolumeClaimResize", nullptr, admission::check_resize},
    {"RuntimeClass", admission::set_runtime_class, nullptr},
    {"DefaultIngressClass", admission::set_ingress_class, nullptr},
    {"RBACEscalation", admission::check_escalation, nullptr},
    {"ValidatingAdmissionPolicy", nullptr, admission::check_policies,
     admission::check_policies_of_part},
    {"ResourceQuota", nullptr, admission::check_quota},
};

}  // namespace

std::span<const AdmissionRule> admission_rules() {
  return kRules;
}

ApiResponse Admission::refuse(std::string_view why) const {
  const Value& meta = object["metadata"];
  const Value& asked = call.request.body["metadata"];
  const bool unnamed =
      !named && creates() && asked["name"].empty() && !meta["generateName"].empty();
  return forbidden(call.resource(), (unnamed ? meta["generateName"] : meta["name"]).as_string(),
                   why);
}

}  // namespace inferlab::sim
