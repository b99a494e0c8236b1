// Ingress: leads HTTP requests from outside to Services.
#include "sim/api/kinds/age.h"
#include "sim/api/kinds/cells.h"
#include "sim/api/kinds/kinds.h"
#include "sim/api/kinds/verbs.h"
#include "sim/api/types/types.h"
#include "sim/api/validation/ingress_validation.h"

namespace inferlab::sim::types {
namespace {

constexpr Field kServiceBackendPortFields[] = {
    {.name = "name", .omit_zero = true},
    {.name = "number", .type = FieldType::kInt32, .omit_zero = true},
};
constinit const Type kServiceBackendPort = {"io.k8s.api.networking.v1.ServiceBackendPort", "",
                                            kServiceBackendPortFields};

constexpr Field kIngressServiceBackendFields[] = {
    {.name = "name", .required = true, .default_json = "\"\""},
    {.name = "port",
     .type = FieldType::kObject,
     .object = &kServiceBackendPort,
     .default_json = "{}",
     .atomic_map = true},
};
constinit const Type kIngressServiceBackend = {"io.k8s.api.networking.v1.IngressServiceBackend", "",
                                               kIngressServiceBackendFields};

constexpr Field kIngressBackendFields[] = {
    {.name = "resource",
     .type = FieldType::kObject,
     .object = &kTypedLocalObjectReference,
     .atomic_map = true},
    {.name = "service", .type = FieldType::kObject, .object = &kIngressServiceBackend},
};
constinit const Type kIngressBackend = {"io.k8s.api.networking.v1.IngressBackend", "",
                                        kIngressBackendFields};

constexpr Field kHTTPIngressPathFields[] = {
    {.name = "backend",
     .type = FieldType::kObject,
     .object = &kIngressBackend,
     .description = "Where the requests go.",
     .required = true,
     .default_json = "{}"},
    {.name = "path", .description = "The path to compare.", .omit_zero = true},
    {.name = "pathType",
     .description = "Exact, Prefix or ImplementationSpecific.",
     .required = true},
};
constinit const Type kHTTPIngressPath = {"io.k8s.api.networking.v1.HTTPIngressPath", "",
                                         kHTTPIngressPathFields};

constexpr Field kHTTPIngressRuleValueFields[] = {
    {.name = "paths",
     .type = FieldType::kList,
     .element = FieldType::kObject,
     .object = &kHTTPIngressPath,
     .required = true,
     .list_type = "atomic"},
};
constinit const Type kHTTPIngressRuleValue = {"io.k8s.api.networking.v1.HTTPIngressRuleValue", "",
                                              kHTTPIngressRuleValueFields};

constexpr Field kIngressRuleFields[] = {
    {.name = "host", .omit_zero = true},
    {.name = "http", .type = FieldType::kObject, .object = &kHTTPIngressRuleValue},
};
constinit const Type kIngressRule = {"io.k8s.api.networking.v1.IngressRule", "",
                                     kIngressRuleFields};

constexpr Field kIngressTLSFields[] = {
    {.name = "hosts", .type = FieldType::kList, .list_type = "atomic"},
    {.name = "secretName", .omit_zero = true},
};
constinit const Type kIngressTLS = {"io.k8s.api.networking.v1.IngressTLS", "", kIngressTLSFields};

constexpr Field kIngressSpecFields[] = {
    {.name = "defaultBackend",
     .type = FieldType::kObject,
     .object = &kIngressBackend,
     .description = "Where requests go that no rule fits."},
    {.name = "ingressClassName", .description = "Which controller serves it."},
    {.name = "rules",
     .type = FieldType::kList,
     .element = FieldType::kObject,
     .object = &kIngressRule,
     .description = "Hosts and paths, and where they lead.",
     .list_type = "atomic"},
    {.name = "tls",
     .type = FieldType::kList,
     .element = FieldType::kObject,
     .object = &kIngressTLS,
     .description = "Hosts with certificates.",
     .list_type = "atomic"},
};
constinit const Type kIngressSpec = {"io.k8s.api.networking.v1.IngressSpec", "",
                                     kIngressSpecFields};

constexpr Field kIngressPortStatusFields[] = {
    {.name = "error"},
    {.name = "port", .type = FieldType::kInt32, .required = true, .default_json = "0"},
    {.name = "protocol", .required = true, .default_json = "\"\""},
};
constinit const Type kIngressPortStatus = {"io.k8s.api.networking.v1.IngressPortStatus", "",
                                           kIngressPortStatusFields};

constexpr Field kIngressLoadBalancerIngressFields[] = {
    {.name = "hostname", .omit_zero = true},
    {.name = "ip", .omit_zero = true},
    {.name = "ports",
     .type = FieldType::kList,
     .element = FieldType::kObject,
     .object = &kIngressPortStatus,
     .list_type = "atomic"},
};
constinit const Type kIngressLoadBalancerIngress = {
    "io.k8s.api.networking.v1.IngressLoadBalancerIngress", "", kIngressLoadBalancerIngressFields};

constexpr Field kIngressLoadBalancerStatusFields[] = {
    {.name = "ingress",
     .type = FieldType::kList,
     .element = FieldType::kObject,
     .object = &kIngressLoadBalancerIngress,
     .list_type = "atomic"},
};
constinit const Type kIngressLoadBalancerStatus = {
    "io.k8s.api.networking.v1.IngressLoadBalancerStatus", "", kIngressLoadBalancerStatusFields};

constexpr Field kIngressStatusFields[] = {
    {.name = "loadBalancer",
     .type = FieldType::kObject,
     .object = &kIngressLoadBalancerStatus,
     .default_json = "{}"},
};
constinit const Type kIngressStatus = {"io.k8s.api.networking.v1.IngressStatus", "",
                                       kIngressStatusFields};

constexpr Field kIngressFields[] = {
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
     .object = &kIngressSpec,
     .description = "What is wished for.",
     .default_json = "{}"},
    {.name = "status",
     .type = FieldType::kObject,
     .object = &kIngressStatus,
     .description = "What was last observed.",
     .default_json = "{}"},
};
constinit const Type kIngress = {"io.k8s.api.networking.v1.Ingress",
                                 "Leads HTTP requests from outside to Services, by host and path.",
                                 kIngressFields};

}  // namespace

}  // namespace inferlab::sim::types

namespace inferlab::sim::kinds {
namespace {

constexpr PrintColumn kColumns[] = {{"Name", "string", "name"}, {"Class", "string", ""},
                                    {"Hosts", "string", ""},    {"Address", "string", ""},
                                    {"Ports", "string", ""},    {"Age", "string", ""}};

// The first three.
std::string hosts(const Value& rules) {
  constexpr std::size_t kShown = 3;
  std::string out;
  std::size_t total = 0;
  for (const Value& rule : rules.items()) {
    if (rule["host"].empty()) continue;
    if (++total <= kShown) out += (out.empty() ? "" : ",") + rule["host"].str();
  }
  if (total == 0) return "*";
  if (total > kShown) out += " + " + std::to_string(total - kShown) + " more...";
  return out;
}

std::string addresses(const Value& status) {
  std::string out;
  for (const Value& one : status["loadBalancer"]["ingress"].items()) {
    const Value& address = one["ip"].empty() ? one["hostname"] : one["ip"];
    if (!address.empty()) out += (out.empty() ? "" : ",") + address.str();
  }
  return out;
}

std::vector<Value> cells(const Value& object, Time now) {
  const Value& spec = object["spec"];
  return {object["metadata"]["name"],
          text_or(spec["ingressClassName"], "<none>"),
          hosts(spec["rules"]),
          addresses(object["status"]),
          spec["tls"].empty() ? "80" : "80, 443",
          age_of(object, now)};
}

Value prepare(Value object, const Value& old) {
  if (!old.is_null()) return object;
  return object.with("status", Value::object({{"loadBalancer", Value::object()}}));
}

}  // namespace

const Kind kIngress = {.group = "networking.k8s.io",
                       .version = "v1",
                       .kind = "Ingress",
                       .plural = "ingresses",
                       .singular = "ingress",
                       .short_names = {"ing"},
                       .categories = {},
                       .verbs = all_verbs(),
                       .subresources = {"status"},
                       .schema = &types::kIngress,
                       .counts_generation = true,
                       .validate = validate_ingress,
                       .prepare = prepare,
                       .columns = kColumns,
                       .cells = cells};

}  // namespace inferlab::sim::kinds
