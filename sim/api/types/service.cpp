// Schema tables: Services.
// Facts: OpenAPI documents of Kubernetes 1.32.
#include "sim/api/types/types.h"

namespace inferlab::sim::types {
namespace {

constexpr Field kServicePortFields[] = {
    {.name = "appProtocol"},
    {.name = "name", .omit_zero = true},
    {.name = "nodePort", .type = FieldType::kInt32, .omit_zero = true},
    {.name = "port",
     .type = FieldType::kInt32,
     .description = "The port that clients use.",
     .required = true,
     .default_json = "0"},
    {.name = "protocol", .default_json = "\"TCP\""},
    {.name = "targetPort",
     .type = FieldType::kIntOrString,
     .description = "The port, or its name, on the Pods; the same as port if not stated."},
};

constexpr Field kClientIPConfigFields[] = {
    {.name = "timeoutSeconds", .type = FieldType::kInt32},
};

constexpr Field kServiceSpecFields[] = {
    {.name = "allocateLoadBalancerNodePorts", .type = FieldType::kBool},
    {.name = "clusterIP",
     .description = "The address inside the cluster; None for a headless Service.",
     .omit_zero = true},
    {.name = "clusterIPs", .type = FieldType::kList, .list_type = "atomic"},
    {.name = "externalIPs", .type = FieldType::kList, .list_type = "atomic"},
    {.name = "externalName", .omit_zero = true},
    {.name = "externalTrafficPolicy", .omit_zero = true},
    {.name = "healthCheckNodePort", .type = FieldType::kInt32, .omit_zero = true},
    {.name = "internalTrafficPolicy"},
    {.name = "ipFamilies", .type = FieldType::kList, .list_type = "atomic"},
    {.name = "ipFamilyPolicy"},
    {.name = "loadBalancerClass"},
    {.name = "loadBalancerIP", .omit_zero = true},
    {.name = "loadBalancerSourceRanges", .type = FieldType::kList, .list_type = "atomic"},
    {.name = "ports",
     .type = FieldType::kList,
     .element = FieldType::kObject,
     .object = &kServicePort,
     .description = "The ports of the Service.",
     .merge_key = "port",
     .patch_strategy = "merge",
     .list_type = "map",
     .list_map_keys = "port,protocol"},
    {.name = "publishNotReadyAddresses", .type = FieldType::kBool, .omit_zero = true},
    {.name = "selector",
     .type = FieldType::kMap,
     .description = "Labels of the Pods that traffic goes to.",
     .atomic_map = true},
    {.name = "sessionAffinity", .omit_zero = true},
    {.name = "sessionAffinityConfig",
     .type = FieldType::kObject,
     .object = &kSessionAffinityConfig},
    {.name = "trafficDistribution"},
    {.name = "type",
     .description = "ClusterIP, NodePort, LoadBalancer or ExternalName.",
     .omit_zero = true},
};

constexpr Field kPortStatusFields[] = {
    {.name = "error"},
    {.name = "port", .type = FieldType::kInt32, .required = true, .default_json = "0"},
    {.name = "protocol", .required = true, .default_json = "\"\""},
};

constexpr Field kLoadBalancerIngressFields[] = {
    {.name = "hostname", .omit_zero = true},
    {.name = "ip", .omit_zero = true},
    {.name = "ipMode"},
    {.name = "ports",
     .type = FieldType::kList,
     .element = FieldType::kObject,
     .object = &kPortStatus,
     .list_type = "atomic"},
};

constexpr Field kLoadBalancerStatusFields[] = {
    {.name = "ingress",
     .type = FieldType::kList,
     .element = FieldType::kObject,
     .object = &kLoadBalancerIngress,
     .list_type = "atomic"},
};

constexpr Field kServiceStatusFields[] = {
    {.name = "conditions",
     .type = FieldType::kList,
     .element = FieldType::kObject,
     .object = &kCondition,
     .merge_key = "type",
     .patch_strategy = "merge",
     .list_type = "map",
     .list_map_keys = "type"},
    {.name = "loadBalancer",
     .type = FieldType::kObject,
     .object = &kLoadBalancerStatus,
     .default_json = "{}"},
};

constexpr Field kServiceFields[] = {
    {.name = "apiVersion",
     .description = "The version of the schema in which this object is written.",
     .omit_zero = true},
    {.name = "kind", .description = "What kind of object this is.", .omit_zero = true},
    {.name = "metadata",
     .type = FieldType::kObject,
     .object = &kObjectMeta,
     .description = "Name, labels and what else every object has.",
     .default_json = "{}"},
    {.name = "spec", .type = FieldType::kObject, .object = &kServiceSpec, .default_json = "{}"},
    {.name = "status", .type = FieldType::kObject, .object = &kServiceStatus, .default_json = "{}"},
};

}  // namespace

constinit const Type kServicePort = {"io.k8s.api.core.v1.ServicePort", "", kServicePortFields};
constinit const Type kClientIPConfig = {"io.k8s.api.core.v1.ClientIPConfig", "",
                                        kClientIPConfigFields};
constinit const Type kServiceSpec = {"io.k8s.api.core.v1.ServiceSpec", "", kServiceSpecFields};
constinit const Type kPortStatus = {"io.k8s.api.core.v1.PortStatus", "", kPortStatusFields};
constinit const Type kLoadBalancerIngress = {"io.k8s.api.core.v1.LoadBalancerIngress", "",
                                             kLoadBalancerIngressFields};
constinit const Type kLoadBalancerStatus = {"io.k8s.api.core.v1.LoadBalancerStatus", "",
                                            kLoadBalancerStatusFields};
constinit const Type kServiceStatus = {"io.k8s.api.core.v1.ServiceStatus", "",
                                       kServiceStatusFields};
constinit const Type kService = {
    "io.k8s.api.core.v1.Service",
    "A stable name and address for the ready Pods that a selector picks.", kServiceFields};

}  // namespace inferlab::sim::types
