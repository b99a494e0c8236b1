// Schema tables: Leases, Scale, Binding and Eviction.
// Facts: OpenAPI documents of Kubernetes 1.32.
#include "sim/api/types/types.h"

namespace inferlab::sim::types {
namespace {

constexpr Field kBindingFields[] = {
    {.name = "apiVersion",
     .description = "The version of the schema in which this object is written.",
     .omit_zero = true},
    {.name = "kind", .description = "What kind of object this is.", .omit_zero = true},
    {.name = "metadata",
     .type = FieldType::kObject,
     .object = &kObjectMeta,
     .description = "Name, labels and what else every object has.",
     .default_json = "{}"},
    {.name = "target",
     .type = FieldType::kObject,
     .object = &kObjectReference,
     .required = true,
     .default_json = "{}",
     .atomic_map = true},
};

constexpr Field kLeaseSpecFields[] = {
    {.name = "acquireTime", .type = FieldType::kMicroTime},
    {.name = "holderIdentity"},
    {.name = "leaseDurationSeconds", .type = FieldType::kInt32},
    {.name = "leaseTransitions", .type = FieldType::kInt32},
    {.name = "preferredHolder"},
    {.name = "renewTime", .type = FieldType::kMicroTime},
    {.name = "strategy"},
};

constexpr Field kLeaseFields[] = {
    {.name = "apiVersion",
     .description = "The version of the schema in which this object is written.",
     .omit_zero = true},
    {.name = "kind", .description = "What kind of object this is.", .omit_zero = true},
    {.name = "metadata",
     .type = FieldType::kObject,
     .object = &kObjectMeta,
     .description = "Name, labels and what else every object has.",
     .default_json = "{}"},
    {.name = "spec", .type = FieldType::kObject, .object = &kLeaseSpec, .default_json = "{}"},
};

constexpr Field kScaleSpecFields[] = {
    {.name = "replicas", .type = FieldType::kInt32, .omit_zero = true},
};

constexpr Field kScaleStatusFields[] = {
    {.name = "replicas", .type = FieldType::kInt32, .required = true, .default_json = "0"},
    {.name = "selector", .omit_zero = true},
};

constexpr Field kScaleFields[] = {
    {.name = "apiVersion",
     .description = "The version of the schema in which this object is written.",
     .omit_zero = true},
    {.name = "kind", .description = "What kind of object this is.", .omit_zero = true},
    {.name = "metadata",
     .type = FieldType::kObject,
     .object = &kObjectMeta,
     .description = "Name, labels and what else every object has.",
     .default_json = "{}"},
    {.name = "spec", .type = FieldType::kObject, .object = &kScaleSpec, .default_json = "{}"},
    {.name = "status", .type = FieldType::kObject, .object = &kScaleStatus, .default_json = "{}"},
};

constexpr Field kEvictionFields[] = {
    {.name = "apiVersion",
     .description = "The version of the schema in which this object is written.",
     .omit_zero = true},
    {.name = "deleteOptions", .type = FieldType::kObject, .object = &kDeleteOptions},
    {.name = "kind", .description = "What kind of object this is.", .omit_zero = true},
    {.name = "metadata",
     .type = FieldType::kObject,
     .object = &kObjectMeta,
     .description = "Name, labels and what else every object has.",
     .default_json = "{}"},
};

}  // namespace

constinit const Type kBinding = {"io.k8s.api.core.v1.Binding", "", kBindingFields};
constinit const Type kLeaseSpec = {"io.k8s.api.coordination.v1.LeaseSpec", "", kLeaseSpecFields};
constinit const Type kLease = {"io.k8s.api.coordination.v1.Lease",
                               "A claim with an expiry: a node's heartbeat, a leader's seat.",
                               kLeaseFields};
constinit const Type kScaleSpec = {"io.k8s.api.autoscaling.v1.ScaleSpec", "", kScaleSpecFields};
constinit const Type kScaleStatus = {"io.k8s.api.autoscaling.v1.ScaleStatus", "",
                                     kScaleStatusFields};
constinit const Type kScale = {"io.k8s.api.autoscaling.v1.Scale", "", kScaleFields};
constinit const Type kEviction = {"io.k8s.api.policy.v1.Eviction", "", kEvictionFields};

}  // namespace inferlab::sim::types
