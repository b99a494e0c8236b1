// Schema tables: Deployments and ReplicaSets.
// Facts: OpenAPI documents of Kubernetes 1.32.
#include "sim/api/types/types.h"

namespace inferlab::sim::types {
namespace {

constexpr Field kRollingUpdateDeploymentFields[] = {
    {.name = "maxSurge",
     .type = FieldType::kIntOrString,
     .description = "How many Pods there may be above the wished number, or a percentage of it."},
    {.name = "maxUnavailable",
     .type = FieldType::kIntOrString,
     .description = "How many Pods may be missing from the wished number, or a percentage of it."},
};

constexpr Field kDeploymentStrategyFields[] = {
    {.name = "rollingUpdate",
     .type = FieldType::kObject,
     .object = &kRollingUpdateDeployment,
     .description = "How many Pods may be missing or too many during an update."},
    {.name = "type", .description = "Recreate or RollingUpdate.", .omit_zero = true},
};

constexpr Field kDeploymentSpecFields[] = {
    {.name = "minReadySeconds",
     .type = FieldType::kInt32,
     .description = "Seconds that a new Pod must be ready before it counts as available.",
     .omit_zero = true},
    {.name = "paused",
     .type = FieldType::kBool,
     .description = "While set, changes of the template are not rolled out.",
     .omit_zero = true},
    {.name = "progressDeadlineSeconds",
     .type = FieldType::kInt32,
     .description = "Seconds without progress after which a rollout is reported as failed."},
    {.name = "replicas",
     .type = FieldType::kInt32,
     .description = "How many Pods there should be; 1 if not stated."},
    {.name = "revisionHistoryLimit",
     .type = FieldType::kInt32,
     .description = "How many old ReplicaSets are kept to go back to; 10 if not stated."},
    {.name = "selector",
     .type = FieldType::kObject,
     .object = &kLabelSelector,
     .description =
         "Which Pods belong to it; must match the template's labels and cannot be changed.",
     .required = true,
     .atomic_map = true},
    {.name = "strategy",
     .type = FieldType::kObject,
     .object = &kDeploymentStrategy,
     .description = "How old Pods give way to new ones.",
     .default_json = "{}",
     .patch_strategy = "retainKeys"},
    {.name = "template",
     .type = FieldType::kObject,
     .object = &kPodTemplateSpec,
     .description = "The Pods to make.",
     .required = true,
     .default_json = "{}"},
};

constexpr Field kDeploymentConditionFields[] = {
    {.name = "lastTransitionTime", .type = FieldType::kTime, .default_json = "null"},
    {.name = "lastUpdateTime", .type = FieldType::kTime, .default_json = "null"},
    {.name = "message", .omit_zero = true},
    {.name = "reason", .omit_zero = true},
    {.name = "status", .required = true, .default_json = "\"\""},
    {.name = "type", .required = true, .default_json = "\"\""},
};

constexpr Field kDeploymentStatusFields[] = {
    {.name = "availableReplicas", .type = FieldType::kInt32, .omit_zero = true},
    {.name = "collisionCount", .type = FieldType::kInt32},
    {.name = "conditions",
     .type = FieldType::kList,
     .element = FieldType::kObject,
     .object = &kDeploymentCondition,
     .merge_key = "type",
     .patch_strategy = "merge",
     .list_type = "map",
     .list_map_keys = "type"},
    {.name = "observedGeneration", .type = FieldType::kInt64, .omit_zero = true},
    {.name = "readyReplicas", .type = FieldType::kInt32, .omit_zero = true},
    {.name = "replicas", .type = FieldType::kInt32, .omit_zero = true},
    {.name = "unavailableReplicas", .type = FieldType::kInt32, .omit_zero = true},
    {.name = "updatedReplicas", .type = FieldType::kInt32, .omit_zero = true},
};

constexpr Field kDeploymentFields[] = {
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
     .object = &kDeploymentSpec,
     .description = "What is wished for.",
     .default_json = "{}"},
    {.name = "status",
     .type = FieldType::kObject,
     .object = &kDeploymentStatus,
     .description = "What was last observed.",
     .default_json = "{}"},
};

constexpr Field kReplicaSetSpecFields[] = {
    {.name = "minReadySeconds", .type = FieldType::kInt32, .omit_zero = true},
    {.name = "replicas", .type = FieldType::kInt32},
    {.name = "selector",
     .type = FieldType::kObject,
     .object = &kLabelSelector,
     .required = true,
     .atomic_map = true},
    {.name = "template",
     .type = FieldType::kObject,
     .object = &kPodTemplateSpec,
     .default_json = "{}"},
};

constexpr Field kReplicaSetConditionFields[] = {
    {.name = "lastTransitionTime", .type = FieldType::kTime, .default_json = "null"},
    {.name = "message", .omit_zero = true},
    {.name = "reason", .omit_zero = true},
    {.name = "status", .required = true, .default_json = "\"\""},
    {.name = "type", .required = true, .default_json = "\"\""},
};

constexpr Field kReplicaSetStatusFields[] = {
    {.name = "availableReplicas", .type = FieldType::kInt32, .omit_zero = true},
    {.name = "conditions",
     .type = FieldType::kList,
     .element = FieldType::kObject,
     .object = &kReplicaSetCondition,
     .merge_key = "type",
     .patch_strategy = "merge",
     .list_type = "map",
     .list_map_keys = "type"},
    {.name = "fullyLabeledReplicas", .type = FieldType::kInt32, .omit_zero = true},
    {.name = "observedGeneration", .type = FieldType::kInt64, .omit_zero = true},
    {.name = "readyReplicas", .type = FieldType::kInt32, .omit_zero = true},
    {.name = "replicas", .type = FieldType::kInt32, .required = true, .default_json = "0"},
};

constexpr Field kReplicaSetFields[] = {
    {.name = "apiVersion",
     .description = "The version of the schema in which this object is written.",
     .omit_zero = true},
    {.name = "kind", .description = "What kind of object this is.", .omit_zero = true},
    {.name = "metadata",
     .type = FieldType::kObject,
     .object = &kObjectMeta,
     .description = "Name, labels and what else every object has.",
     .default_json = "{}"},
    {.name = "spec", .type = FieldType::kObject, .object = &kReplicaSetSpec, .default_json = "{}"},
    {.name = "status",
     .type = FieldType::kObject,
     .object = &kReplicaSetStatus,
     .default_json = "{}"},
};

}  // namespace

constinit const Type kRollingUpdateDeployment = {"io.k8s.api.apps.v1.RollingUpdateDeployment", "",
                                                 kRollingUpdateDeploymentFields};
constinit const Type kDeploymentStrategy = {"io.k8s.api.apps.v1.DeploymentStrategy", "",
                                            kDeploymentStrategyFields};
constinit const Type kDeploymentSpec = {"io.k8s.api.apps.v1.DeploymentSpec", "",
                                        kDeploymentSpecFields};
constinit const Type kDeploymentCondition = {"io.k8s.api.apps.v1.DeploymentCondition", "",
                                             kDeploymentConditionFields};
constinit const Type kDeploymentStatus = {"io.k8s.api.apps.v1.DeploymentStatus", "",
                                          kDeploymentStatusFields};
constinit const Type kDeployment = {"io.k8s.api.apps.v1.Deployment",
                                    "Keeps a number of equal Pods running and replaces them step "
                                    "by step when the template changes.",
                                    kDeploymentFields};
constinit const Type kReplicaSetSpec = {"io.k8s.api.apps.v1.ReplicaSetSpec", "",
                                        kReplicaSetSpecFields};
constinit const Type kReplicaSetCondition = {"io.k8s.api.apps.v1.ReplicaSetCondition", "",
                                             kReplicaSetConditionFields};
constinit const Type kReplicaSetStatus = {"io.k8s.api.apps.v1.ReplicaSetStatus", "",
                                          kReplicaSetStatusFields};
constinit const Type kReplicaSet = {"io.k8s.api.apps.v1.ReplicaSet",
                                    "Keeps a number of equal Pods running; Deployments make one "
                                    "for each version of their template.",
                                    kReplicaSetFields};

}  // namespace inferlab::sim::types
