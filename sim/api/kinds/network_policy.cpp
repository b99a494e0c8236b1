// NetworkPolicy: which connections Pods may have.
#include "sim/api/defaults/fill.h"
#include "sim/api/kinds/age.h"
#include "sim/api/kinds/kinds.h"
#include "sim/api/kinds/pod_template_cells.h"
#include "sim/api/kinds/verbs.h"
#include "sim/api/types/types.h"
#include "sim/api/validation/network_policy_validation.h"

namespace inferlab::sim::types {
namespace {

constexpr Field kNetworkPolicyPortFields[] = {
    {.name = "endPort", .type = FieldType::kInt32},
    {.name = "port", .type = FieldType::kIntOrString},
    {.name = "protocol"},
};
constinit const Type kNetworkPolicyPort = {"io.k8s.api.networking.v1.NetworkPolicyPort", "",
                                           kNetworkPolicyPortFields};

constexpr Field kIPBlockFields[] = {
    {.name = "cidr", .required = true, .default_json = "\"\""},
    {.name = "except", .type = FieldType::kList, .list_type = "atomic"},
};
constinit const Type kIPBlock = {"io.k8s.api.networking.v1.IPBlock", "", kIPBlockFields};

constexpr Field kNetworkPolicyPeerFields[] = {
    {.name = "ipBlock", .type = FieldType::kObject, .object = &kIPBlock},
    {.name = "namespaceSelector",
     .type = FieldType::kObject,
     .object = &kLabelSelector,
     .atomic_map = true},
    {.name = "podSelector",
     .type = FieldType::kObject,
     .object = &kLabelSelector,
     .atomic_map = true},
};
constinit const Type kNetworkPolicyPeer = {"io.k8s.api.networking.v1.NetworkPolicyPeer", "",
                                           kNetworkPolicyPeerFields};

constexpr Field kNetworkPolicyEgressRuleFields[] = {
    {.name = "ports",
     .type = FieldType::kList,
     .element = FieldType::kObject,
     .object = &kNetworkPolicyPort,
     .list_type = "atomic"},
    {.name = "to",
     .type = FieldType::kList,
     .element = FieldType::kObject,
     .object = &kNetworkPolicyPeer,
     .list_type = "atomic"},
};
constinit const Type kNetworkPolicyEgressRule = {"io.k8s.api.networking.v1.NetworkPolicyEgressRule",
                                                 "", kNetworkPolicyEgressRuleFields};

constexpr Field kNetworkPolicyIngressRuleFields[] = {
    {.name = "from",
     .type = FieldType::kList,
     .element = FieldType::kObject,
     .object = &kNetworkPolicyPeer,
     .list_type = "atomic"},
    {.name = "ports",
     .type = FieldType::kList,
     .element = FieldType::kObject,
     .object = &kNetworkPolicyPort,
     .list_type = "atomic"},
};
constinit const Type kNetworkPolicyIngressRule = {
    "io.k8s.api.networking.v1.NetworkPolicyIngressRule", "", kNetworkPolicyIngressRuleFields};

constexpr Field kNetworkPolicySpecFields[] = {
    {.name = "egress",
     .type = FieldType::kList,
     .element = FieldType::kObject,
     .object = &kNetworkPolicyEgressRule,
     .description = "Where they may connect to.",
     .list_type = "atomic"},
    {.name = "ingress",
     .type = FieldType::kList,
     .element = FieldType::kObject,
     .object = &kNetworkPolicyIngressRule,
     .description = "Who may connect to them.",
     .list_type = "atomic"},
    {.name = "podSelector",
     .type = FieldType::kObject,
     .object = &kLabelSelector,
     .description = "The Pods that it is about.",
     .required = true,
     .default_json = "{}",
     .atomic_map = true},
    {.name = "policyTypes",
     .type = FieldType::kList,
     .description = "Which directions it rules: Ingress, Egress.",
     .list_type = "atomic"},
};
constinit const Type kNetworkPolicySpec = {"io.k8s.api.networking.v1.NetworkPolicySpec", "",
                                           kNetworkPolicySpecFields};

constexpr Field kNetworkPolicyFields[] = {
    {.name = "apiVersion",
     .description = "The version of the schema in which this object is written.",
     .omit_zero = true},
    {.name = "kind", .description = "What kind of object this is.", .omit_zero = true},
    {.name = "metadata",
     .type = FieldType::kObject,
     .object = &kObjectMeta,
     .description = "Name, labels and what else every object has.",
     .default_json = "{}"},
    {.name = "spec",
     .type = FieldType::kObject,
     .object = &kNetworkPolicySpec,
     .description = "What is wished for.",
     .default_json = "{}"},
};
constinit const Type kNetworkPolicy = {"io.k8s.api.networking.v1.NetworkPolicy",
                                       "Which connections Pods may have.", kNetworkPolicyFields};

}  // namespace

}  // namespace inferlab::sim::types

namespace inferlab::sim::kinds {
namespace {

constexpr PrintColumn kColumns[] = {
    {"Name", "string", "name"}, {"Pod-Selector", "string", ""}, {"Age", "string", ""}};

std::vector<Value> cells(const Value& object, Time now) {
  return {object["metadata"]["name"], selector_text(object["spec"]["podSelector"]),
          age_of(object, now)};
}

Value default_ports(const Value& rule) {
  if (rule["ports"].empty()) return rule;
  return rule.with("ports", each_item(rule["ports"], [](const Value& port) {
                     return filled(port, {{"protocol", "TCP"}});
                   }));
}

Value set_defaults(Value object) {
  Value spec = object["spec"];
  for (const char* direction : {"ingress", "egress"}) {
    if (!spec[direction].empty())
      spec = spec.with(direction, each_item(spec[direction], default_ports));
  }
  if (spec["policyTypes"].empty()) {
    spec = spec.with("policyTypes", spec["egress"].empty() ? Value::array({"Ingress"})
                                                           : Value::array({"Ingress", "Egress"}));
  }
  return object.with("spec", spec);
}

}  // namespace

const Kind kNetworkPolicy = {.group = "networking.k8s.io",
                             .version = "v1",
                             .kind = "NetworkPolicy",
                             .plural = "networkpolicies",
                             .singular = "networkpolicy",
                             .short_names = {"netpol"},
                             .categories = {},
                             .verbs = all_verbs(),
                             .subresources = {},
                             .schema = &types::kNetworkPolicy,
                             .counts_generation = true,
                             .set_defaults = set_defaults,
                             .validate = validate_network_policy,
                             .columns = kColumns,
                             .cells = cells};

}  // namespace inferlab::sim::kinds
