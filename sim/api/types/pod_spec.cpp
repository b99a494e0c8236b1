// Schema tables: Pods and Pod templates.
// Facts: OpenAPI documents of Kubernetes 1.32.
#include "sim/api/types/types.h"

namespace inferlab::sim::types {
namespace {

constexpr Field kPodDNSConfigOptionFields[] = {
    {.name = "name", .omit_zero = true},
    {.name = "value"},
};

constexpr Field kPodDNSConfigFields[] = {
    {.name = "nameservers", .type = FieldType::kList, .list_type = "atomic"},
    {.name = "options",
     .type = FieldType::kList,
     .element = FieldType::kObject,
     .object = &kPodDNSConfigOption,
     .list_type = "atomic"},
    {.name = "searches", .type = FieldType::kList, .list_type = "atomic"},
};

constexpr Field kHostAliasFields[] = {
    {.name = "hostnames", .type = FieldType::kList, .list_type = "atomic"},
    {.name = "ip", .required = true, .default_json = "\"\""},
};

constexpr Field kPodOSFields[] = {
    {.name = "name", .required = true, .default_json = "\"\""},
};

constexpr Field kPodReadinessGateFields[] = {
    {.name = "conditionType", .required = true, .default_json = "\"\""},
};

constexpr Field kPodResourceClaimFields[] = {
    {.name = "name", .required = true, .default_json = "\"\""},
    {.name = "resourceClaimName"},
    {.name = "resourceClaimTemplateName"},
};

constexpr Field kPodSchedulingGateFields[] = {
    {.name = "name", .required = true, .default_json = "\"\""},
};

constexpr Field kPodSpecFields[] = {
    {.name = "activeDeadlineSeconds",
     .type = FieldType::kInt64,
     .description = "Seconds after which a Pod that still runs has failed."},
    {.name = "affinity",
     .type = FieldType::kObject,
     .object = &kAffinity,
     .description = "Rules about nodes and other Pods that decide where the Pod may run."},
    {.name = "automountServiceAccountToken", .type = FieldType::kBool},
    {.name = "containers",
     .type = FieldType::kList,
     .element = FieldType::kObject,
     .object = &kContainer,
     .description = "The containers of the Pod: at least one.",
     .required = true,
     .merge_key = "name",
     .patch_strategy = "merge",
     .list_type = "map",
     .list_map_keys = "name"},
    {.name = "dnsConfig", .type = FieldType::kObject, .object = &kPodDNSConfig},
    {.name = "dnsPolicy",
     .description = "How names are resolved inside the Pod.",
     .omit_zero = true},
    {.name = "enableServiceLinks", .type = FieldType::kBool},
    {.name = "ephemeralContainers",
     .type = FieldType::kList,
     .element = FieldType::kObject,
     .object = &kEphemeralContainer,
     .merge_key = "name",
     .patch_strategy = "merge",
     .list_type = "map",
     .list_map_keys = "name"},
    {.name = "hostAliases",
     .type = FieldType::kList,
     .element = FieldType::kObject,
     .object = &kHostAlias,
     .merge_key = "ip",
     .patch_strategy = "merge",
     .list_type = "map",
     .list_map_keys = "ip"},
    {.name = "hostIPC", .type = FieldType::kBool, .omit_zero = true},
    {.name = "hostNetwork",
     .type = FieldType::kBool,
     .description = "Use the node's own network.",
     .omit_zero = true},
    {.name = "hostPID", .type = FieldType::kBool, .omit_zero = true},
    {.name = "hostUsers", .type = FieldType::kBool},
    {.name = "hostname", .omit_zero = true},
    {.name = "imagePullSecrets",
     .type = FieldType::kList,
     .element = FieldType::kObject,
     .object = &kLocalObjectReference,
     .description = "Secrets with which images are pulled.",
     .merge_key = "name",
     .patch_strategy = "merge",
     .list_type = "map",
     .list_map_keys = "name"},
    {.name = "initContainers",
     .type = FieldType::kList,
     .element = FieldType::kObject,
     .object = &kContainer,
     .description =
         "Containers that run one after the other, each to its end, before the others start.",
     .merge_key = "name",
     .patch_strategy = "merge",
     .list_type = "map",
     .list_map_keys = "name"},
    {.name = "nodeName",
     .description = "The node that the Pod is bound to; set by the scheduler.",
     .omit_zero = true},
    {.name = "nodeSelector",
     .type = FieldType::kMap,
     .description = "Labels that a node must have.",
     .atomic_map = true},
    {.name = "os", .type = FieldType::kObject, .object = &kPodOS},
    {.name = "overhead", .type = FieldType::kMap, .element = FieldType::kQuantity},
    {.name = "preemptionPolicy"},
    {.name = "priority",
     .type = FieldType::kInt32,
     .description = "Computed from priorityClassName: Pods of higher priority may take the place "
                    "of lower ones."},
    {.name = "priorityClassName",
     .description = "The PriorityClass that gives the Pod its priority.",
     .omit_zero = true},
    {.name = "readinessGates",
     .type = FieldType::kList,
     .element = FieldType::kObject,
     .object = &kPodReadinessGate,
     .list_type = "atomic"},
    {.name = "resourceClaims",
     .type = FieldType::kList,
     .element = FieldType::kObject,
     .object = &kPodResourceClaim,
     .merge_key = "name",
     .patch_strategy = "merge,retainKeys",
     .list_type = "map",
     .list_map_keys = "name"},
    {.name = "resources", .type = FieldType::kObject, .object = &kResourceRequirements},
    {.name = "restartPolicy",
     .description = "Whether containers that end are started again: Always, OnFailure or Never.",
     .omit_zero = true},
    {.name = "runtimeClassName",
     .description = "The RuntimeClass whose runtime starts the containers."},
    {.name = "schedulerName",
     .description = "The scheduler that places the Pod.",
     .omit_zero = true},
    {.name = "schedulingGates",
     .type = FieldType::kList,
     .element = FieldType::kObject,
     .object = &kPodSchedulingGate,
     .description = "While there are any, the scheduler leaves the Pod alone.",
     .merge_key = "name",
     .patch_strategy = "merge",
     .list_type = "map",
     .list_map_keys = "name"},
    {.name = "securityContext", .type = FieldType::kObject, .object = &kPodSecurityContext},
    {.name = "serviceAccount", .omit_zero = true},
    {.name = "serviceAccountName",
     .description = "The ServiceAccount that the Pod runs as.",
     .omit_zero = true},
    {.name = "setHostnameAsFQDN", .type = FieldType::kBool},
    {.name = "shareProcessNamespace", .type = FieldType::kBool},
    {.name = "subdomain", .omit_zero = true},
    {.name = "terminationGracePeriodSeconds",
     .type = FieldType::kInt64,
     .description = "Seconds that containers have to end by themselves before they are killed."},
    {.name = "tolerations",
     .type = FieldType::kList,
     .element = FieldType::kObject,
     .object = &kToleration,
     .description = "Taints of nodes that do not keep this Pod away.",
     .list_type = "atomic"},
    {.name = "topologySpreadConstraints",
     .type = FieldType::kList,
     .element = FieldType::kObject,
     .object = &kTopologySpreadConstraint,
     .description = "How evenly Pods are spread over zones, nodes or other domains.",
     .merge_key = "topologyKey",
     .patch_strategy = "merge",
     .list_type = "map",
     .list_map_keys = "topologyKey,whenUnsatisfiable"},
    {.name = "volumes",
     .type = FieldType::kList,
     .element = FieldType::kObject,
     .object = &kVolume,
     .description = "Volumes that the containers may mount.",
     .merge_key = "name",
     .patch_strategy = "merge,retainKeys",
     .list_type = "map",
     .list_map_keys = "name"},
};

constexpr Field kPodFields[] = {
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
     .object = &kPodSpec,
     .description = "What should run, and how.",
     .default_json = "{}"},
    {.name = "status",
     .type = FieldType::kObject,
     .object = &kPodStatus,
     .description = "What was last observed; written by the kubelet.",
     .default_json = "{}"},
};

constexpr Field kPodTemplateSpecFields[] = {
    {.name = "metadata",
     .type = FieldType::kObject,
     .object = &kObjectMeta,
     .description = "Name, labels and what else every object has.",
     .default_json = "{}"},
    {.name = "spec", .type = FieldType::kObject, .object = &kPodSpec, .default_json = "{}"},
};

}  // namespace

constinit const Type kPodDNSConfigOption = {"io.k8s.api.core.v1.PodDNSConfigOption", "",
                                            kPodDNSConfigOptionFields};
constinit const Type kPodDNSConfig = {"io.k8s.api.core.v1.PodDNSConfig", "", kPodDNSConfigFields};
constinit const Type kHostAlias = {"io.k8s.api.core.v1.HostAlias", "", kHostAliasFields};
constinit const Type kPodOS = {"io.k8s.api.core.v1.PodOS", "", kPodOSFields};
constinit const Type kPodReadinessGate = {"io.k8s.api.core.v1.PodReadinessGate", "",
                                          kPodReadinessGateFields};
constinit const Type kPodResourceClaim = {"io.k8s.api.core.v1.PodResourceClaim", "",
                                          kPodResourceClaimFields};
constinit const Type kPodSchedulingGate = {"io.k8s.api.core.v1.PodSchedulingGate", "",
                                           kPodSchedulingGateFields};
constinit const Type kPodSpec = {"io.k8s.api.core.v1.PodSpec", "", kPodSpecFields};
constinit const Type kPod = {
    "io.k8s.api.core.v1.Pod",
    "One or more containers that are placed on a node together and share its network address.",
    kPodFields};
constinit const Type kPodTemplateSpec = {"io.k8s.api.core.v1.PodTemplateSpec", "",
                                         kPodTemplateSpecFields};

}  // namespace inferlab::sim::types
