// Schema tables: Endpoints and EndpointSlices.
// Facts: OpenAPI documents of Kubernetes 1.32.
#include "sim/api/types/types.h"

namespace inferlab::sim::types {
namespace {

constexpr Field kEndpointAddressFields[] = {
    {.name = "hostname", .omit_zero = true},
    {.name = "ip", .required = true, .default_json = "\"\""},
    {.name = "nodeName"},
    {.name = "targetRef",
     .type = FieldType::kObject,
     .object = &kObjectReference,
     .atomic_map = true},
};

constexpr Field kEndpointPortFields[] = {
    {.name = "appProtocol"},
    {.name = "name", .omit_zero = true},
    {.name = "port", .type = FieldType::kInt32, .required = true, .default_json = "0"},
    {.name = "protocol", .omit_zero = true},
};

constexpr Field kEndpointSubsetFields[] = {
    {.name = "addresses",
     .type = FieldType::kList,
     .element = FieldType::kObject,
     .object = &kEndpointAddress,
     .list_type = "atomic"},
    {.name = "notReadyAddresses",
     .type = FieldType::kList,
     .element = FieldType::kObject,
     .object = &kEndpointAddress,
     .list_type = "atomic"},
    {.name = "ports",
     .type = FieldType::kList,
     .element = FieldType::kObject,
     .object = &kEndpointPort,
     .list_type = "atomic"},
};

constexpr Field kEndpointsFields[] = {
    {.name = "apiVersion",
     .description = "The version of the schema in which this object is written.",
     .omit_zero = true},
    {.name = "kind", .description = "What kind of object this is.", .omit_zero = true},
    {.name = "metadata",
     .type = FieldType::kObject,
     .object = &kObjectMeta,
     .description = "Name, labels and what else every object has.",
     .default_json = "{}"},
    {.name = "subsets",
     .type = FieldType::kList,
     .element = FieldType::kObject,
     .object = &kEndpointSubset,
     .list_type = "atomic"},
};

constexpr Field kDiscoveryEndpointConditionsFields[] = {
    {.name = "ready", .type = FieldType::kBool},
    {.name = "serving", .type = FieldType::kBool},
    {.name = "terminating", .type = FieldType::kBool},
};

constexpr Field kDiscoveryForZoneFields[] = {
    {.name = "name", .required = true, .default_json = "\"\""},
};

constexpr Field kDiscoveryEndpointHintsFields[] = {
    {.name = "forZones",
     .type = FieldType::kList,
     .element = FieldType::kObject,
     .object = &kDiscoveryForZone,
     .list_type = "atomic"},
};

constexpr Field kDiscoveryEndpointFields[] = {
    {.name = "addresses", .type = FieldType::kList, .required = true, .list_type = "set"},
    {.name = "conditions",
     .type = FieldType::kObject,
     .object = &kDiscoveryEndpointConditions,
     .default_json = "{}"},
    {.name = "deprecatedTopology", .type = FieldType::kMap},
    {.name = "hints", .type = FieldType::kObject, .object = &kDiscoveryEndpointHints},
    {.name = "hostname", .omit_zero = true},
    {.name = "nodeName", .omit_zero = true},
    {.name = "targetRef",
     .type = FieldType::kObject,
     .object = &kObjectReference,
     .atomic_map = true},
    {.name = "zone", .omit_zero = true},
};

constexpr Field kDiscoveryEndpointPortFields[] = {
    {.name = "appProtocol"},
    {.name = "name"},
    {.name = "port", .type = FieldType::kInt32, .omit_zero = true},
    {.name = "protocol"},
};

constexpr Field kEndpointSliceFields[] = {
    {.name = "addressType", .required = true, .default_json = "\"\""},
    {.name = "apiVersion",
     .description = "The version of the schema in which this object is written.",
     .omit_zero = true},
    {.name = "endpoints",
     .type = FieldType::kList,
     .element = FieldType::kObject,
     .object = &kDiscoveryEndpoint,
     .required = true,
     .default_json = "null",
     .list_type = "atomic"},
    {.name = "kind", .description = "What kind of object this is.", .omit_zero = true},
    {.name = "metadata",
     .type = FieldType::kObject,
     .object = &kObjectMeta,
     .description = "Name, labels and what else every object has.",
     .default_json = "{}"},
    {.name = "ports",
     .type = FieldType::kList,
     .element = FieldType::kObject,
     .object = &kDiscoveryEndpointPort,
     .default_json = "null",
     .list_type = "atomic"},
};

}  // namespace

constinit const Type kEndpointAddress = {"io.k8s.api.core.v1.EndpointAddress", "",
                                         kEndpointAddressFields};
constinit const Type kEndpointPort = {"io.k8s.api.core.v1.EndpointPort", "", kEndpointPortFields};
constinit const Type kEndpointSubset = {"io.k8s.api.core.v1.EndpointSubset", "",
                                        kEndpointSubsetFields};
constinit const Type kEndpoints = {
    "io.k8s.api.core.v1.Endpoints",
    "The addresses behind a Service; EndpointSlices have taken its place.", kEndpointsFields};
constinit const Type kDiscoveryEndpointConditions = {"io.k8s.api.discovery.v1.EndpointConditions",
                                                     "", kDiscoveryEndpointConditionsFields};
constinit const Type kDiscoveryForZone = {"io.k8s.api.discovery.v1.ForZone", "",
                                          kDiscoveryForZoneFields};
constinit const Type kDiscoveryEndpointHints = {"io.k8s.api.discovery.v1.EndpointHints", "",
                                                kDiscoveryEndpointHintsFields};
constinit const Type kDiscoveryEndpoint = {"io.k8s.api.discovery.v1.Endpoint", "",
                                           kDiscoveryEndpointFields};
constinit const Type kDiscoveryEndpointPort = {"io.k8s.api.discovery.v1.EndpointPort", "",
                                               kDiscoveryEndpointPortFields};
constinit const Type kEndpointSlice = {
    "io.k8s.api.discovery.v1.EndpointSlice",
    "A part of the addresses behind a Service, each with its condition.", kEndpointSliceFields};

}  // namespace inferlab::sim::types
