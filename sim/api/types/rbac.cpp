// Schema tables: roles and their bindings.
// Facts: OpenAPI documents of Kubernetes 1.32.
#include "sim/api/types/types.h"

namespace inferlab::sim::types {
namespace {

constexpr Field kPolicyRuleFields[] = {
    {.name = "apiGroups",
     .type = FieldType::kList,
     .description = "The groups of the resources; \"\" is the core group.",
     .list_type = "atomic"},
    {.name = "nonResourceURLs", .type = FieldType::kList, .list_type = "atomic"},
    {.name = "resourceNames",
     .type = FieldType::kList,
     .description = "The only objects that it holds for; all if empty.",
     .list_type = "atomic"},
    {.name = "resources",
     .type = FieldType::kList,
     .description = "The resources, \"pods\" or \"pods/log\".",
     .list_type = "atomic"},
    {.name = "verbs",
     .type = FieldType::kList,
     .description = "get, list, watch, create, update, patch, delete, or * for all.",
     .required = true,
     .list_type = "atomic"},
};
constinit const Type kPolicyRule = {"io.k8s.api.rbac.v1.PolicyRule", "", kPolicyRuleFields};

constexpr Field kRoleFields[] = {
    {.name = "apiVersion",
     .description = "The version of the schema in which this object is written.",
     .omit_zero = true},
    {.name = "kind", .description = "What kind of object this is.", .omit_zero = true},
    {.name = "metadata",
     .type = FieldType::kObject,
     .object = &kObjectMeta,
     .description = "Name, labels and what else every object has.",
     .default_json = "{}"},
    {.name = "rules",
     .type = FieldType::kList,
     .element = FieldType::kObject,
     .object = &kPolicyRule,
     .description = "What may be done; nothing else may.",
     .default_json = "null",
     .list_type = "atomic"},
};
constexpr Field kRoleRefFields[] = {
    {.name = "apiGroup", .required = true, .default_json = "\"\""},
    {.name = "kind", .required = true, .default_json = "\"\""},
    {.name = "name", .required = true, .default_json = "\"\""},
};
constinit const Type kRoleRef = {"io.k8s.api.rbac.v1.RoleRef", "", kRoleRefFields};

constexpr Field kSubjectFields[] = {
    {.name = "apiGroup", .omit_zero = true},
    {.name = "kind", .required = true, .default_json = "\"\""},
    {.name = "name", .required = true, .default_json = "\"\""},
    {.name = "namespace", .omit_zero = true},
};
constinit const Type kSubject = {"io.k8s.api.rbac.v1.Subject", "", kSubjectFields};

constexpr Field kRoleBindingFields[] = {
    {.name = "apiVersion",
     .description = "The version of the schema in which this object is written.",
     .omit_zero = true},
    {.name = "kind", .description = "What kind of object this is.", .omit_zero = true},
    {.name = "metadata",
     .type = FieldType::kObject,
     .object = &kObjectMeta,
     .description = "Name, labels and what else every object has.",
     .default_json = "{}"},
    {.name = "roleRef",
     .type = FieldType::kObject,
     .object = &kRoleRef,
     .description = "The role; cannot be changed.",
     .required = true,
     .default_json = "{}",
     .atomic_map = true},
    {.name = "subjects",
     .type = FieldType::kList,
     .element = FieldType::kObject,
     .object = &kSubject,
     .description = "Users, groups and service accounts that have it.",
     .list_type = "atomic"},
};
constexpr Field kAggregationRuleFields[] = {
    {.name = "clusterRoleSelectors",
     .type = FieldType::kList,
     .element = FieldType::kObject,
     .object = &kLabelSelector,
     .list_type = "atomic"},
};
constinit const Type kAggregationRule = {"io.k8s.api.rbac.v1.AggregationRule", "",
                                         kAggregationRuleFields};

constexpr Field kClusterRoleFields[] = {
    {.name = "aggregationRule",
     .type = FieldType::kObject,
     .object = &kAggregationRule,
     .description = "The labels of the ClusterRoles whose rules it gathers."},
    {.name = "apiVersion",
     .description = "The version of the schema in which this object is written.",
     .omit_zero = true},
    {.name = "kind", .description = "What kind of object this is.", .omit_zero = true},
    {.name = "metadata",
     .type = FieldType::kObject,
     .object = &kObjectMeta,
     .description = "Name, labels and what else every object has.",
     .default_json = "{}"},
    {.name = "rules",
     .type = FieldType::kList,
     .element = FieldType::kObject,
     .object = &kPolicyRule,
     .description = "What may be done; nothing else may.",
     .default_json = "null",
     .list_type = "atomic"},
};
constexpr Field kClusterRoleBindingFields[] = {
    {.name = "apiVersion",
     .description = "The version of the schema in which this object is written.",
     .omit_zero = true},
    {.name = "kind", .description = "What kind of object this is.", .omit_zero = true},
    {.name = "metadata",
     .type = FieldType::kObject,
     .object = &kObjectMeta,
     .description = "Name, labels and what else every object has.",
     .default_json = "{}"},
    {.name = "roleRef",
     .type = FieldType::kObject,
     .object = &kRoleRef,
     .description = "The role; cannot be changed.",
     .required = true,
     .default_json = "{}",
     .atomic_map = true},
    {.name = "subjects",
     .type = FieldType::kList,
     .element = FieldType::kObject,
     .object = &kSubject,
     .description = "Users, groups and service accounts that have it.",
     .list_type = "atomic"},
};
}  // namespace

constinit const Type kRole = {"io.k8s.api.rbac.v1.Role", "What may be done in one namespace.",
                              kRoleFields};
constinit const Type kRoleBinding = {"io.k8s.api.rbac.v1.RoleBinding",
                                     "Who has a role in one namespace.", kRoleBindingFields};
constinit const Type kClusterRole = {
    "io.k8s.api.rbac.v1.ClusterRole",
    "What may be done in all namespaces and with objects outside them.", kClusterRoleFields};
constinit const Type kClusterRoleBinding = {"io.k8s.api.rbac.v1.ClusterRoleBinding",
                                            "Who has a role in the whole cluster.",
                                            kClusterRoleBindingFields};

}  // namespace inferlab::sim::types
