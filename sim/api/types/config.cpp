// Schema tables: Namespaces, ConfigMaps, Secrets, ServiceAccounts.
// Facts: OpenAPI documents of Kubernetes 1.32.
#include "sim/api/types/types.h"

namespace inferlab::sim::types {
namespace {

constexpr Field kNamespaceSpecFields[] = {
    {.name = "finalizers", .type = FieldType::kList, .list_type = "atomic"},
};

constexpr Field kNamespaceConditionFields[] = {
    {.name = "lastTransitionTime", .type = FieldType::kTime, .default_json = "null"},
    {.name = "message", .omit_zero = true},
    {.name = "reason", .omit_zero = true},
    {.name = "status", .required = true, .default_json = "\"\""},
    {.name = "type", .required = true, .default_json = "\"\""},
};

constexpr Field kNamespaceStatusFields[] = {
    {.name = "conditions",
     .type = FieldType::kList,
     .element = FieldType::kObject,
     .object = &kNamespaceCondition,
     .merge_key = "type",
     .patch_strategy = "merge",
     .list_type = "map",
     .list_map_keys = "type"},
    {.name = "phase", .omit_zero = true},
};

constexpr Field kNamespaceFields[] = {
    {.name = "apiVersion",
     .description = "The version of the schema in which this object is written.",
     .omit_zero = true},
    {.name = "kind", .description = "What kind of object this is.", .omit_zero = true},
    {.name = "metadata",
     .type = FieldType::kObject,
     .object = &kObjectMeta,
     .description = "Name, labels and what else every object has.",
     .default_json = "{}"},
    {.name = "spec", .type = FieldType::kObject, .object = &kNamespaceSpec, .default_json = "{}"},
    {.name = "status",
     .type = FieldType::kObject,
     .object = &kNamespaceStatus,
     .default_json = "{}"},
};

constexpr Field kConfigMapFields[] = {
    {.name = "apiVersion",
     .description = "The version of the schema in which this object is written.",
     .omit_zero = true},
    {.name = "binaryData", .type = FieldType::kMap, .element = FieldType::kBytes},
    {.name = "data", .type = FieldType::kMap},
    {.name = "immutable", .type = FieldType::kBool},
    {.name = "kind", .description = "What kind of object this is.", .omit_zero = true},
    {.name = "metadata",
     .type = FieldType::kObject,
     .object = &kObjectMeta,
     .description = "Name, labels and what else every object has.",
     .default_json = "{}"},
};

constexpr Field kSecretFields[] = {
    {.name = "apiVersion",
     .description = "The version of the schema in which this object is written.",
     .omit_zero = true},
    {.name = "data", .type = FieldType::kMap, .element = FieldType::kBytes},
    {.name = "immutable", .type = FieldType::kBool},
    {.name = "kind", .description = "What kind of object this is.", .omit_zero = true},
    {.name = "metadata",
     .type = FieldType::kObject,
     .object = &kObjectMeta,
     .description = "Name, labels and what else every object has.",
     .default_json = "{}"},
    {.name = "stringData", .type = FieldType::kMap},
    {.name = "type", .omit_zero = true},
};

constexpr Field kServiceAccountFields[] = {
    {.name = "apiVersion",
     .description = "The version of the schema in which this object is written.",
     .omit_zero = true},
    {.name = "automountServiceAccountToken", .type = FieldType::kBool},
    {.name = "imagePullSecrets",
     .type = FieldType::kList,
     .element = FieldType::kObject,
     .object = &kLocalObjectReference,
     .list_type = "atomic"},
    {.name = "kind", .description = "What kind of object this is.", .omit_zero = true},
    {.name = "metadata",
     .type = FieldType::kObject,
     .object = &kObjectMeta,
     .description = "Name, labels and what else every object has.",
     .default_json = "{}"},
    {.name = "secrets",
     .type = FieldType::kList,
     .element = FieldType::kObject,
     .object = &kObjectReference,
     .merge_key = "name",
     .patch_strategy = "merge",
     .list_type = "map",
     .list_map_keys = "name"},
};

}  // namespace

constinit const Type kNamespaceSpec = {"io.k8s.api.core.v1.NamespaceSpec", "",
                                       kNamespaceSpecFields};
constinit const Type kNamespaceCondition = {"io.k8s.api.core.v1.NamespaceCondition", "",
                                            kNamespaceConditionFields};
constinit const Type kNamespaceStatus = {"io.k8s.api.core.v1.NamespaceStatus", "",
                                         kNamespaceStatusFields};
constinit const Type kNamespace = {"io.k8s.api.core.v1.Namespace",
                                   "A scope for names and for rules about those who use them.",
                                   kNamespaceFields};
constinit const Type kConfigMap = {
    "io.k8s.api.core.v1.ConfigMap",
    "Configuration as keys and texts, for Pods to mount or read into their environment.",
    kConfigMapFields};
constinit const Type kSecret = {"io.k8s.api.core.v1.Secret",
                                "As a ConfigMap, for values that must not be shown.",
                                kSecretFields};
constinit const Type kServiceAccount = {"io.k8s.api.core.v1.ServiceAccount",
                                        "The identity of the programs in a Pod towards the API.",
                                        kServiceAccountFields};

}  // namespace inferlab::sim::types
