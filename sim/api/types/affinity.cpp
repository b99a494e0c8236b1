// Schema tables: where Pods may run: affinity, spreading, taints and tolerations.
// Facts: OpenAPI documents of Kubernetes 1.32.
#include "sim/api/types/types.h"

namespace inferlab::sim::types {
namespace {

constexpr Field kTaintFields[] = {
    {.name = "effect", .required = true, .default_json = "\"\""},
    {.name = "key", .required = true, .default_json = "\"\""},
    {.name = "timeAdded", .type = FieldType::kTime},
    {.name = "value", .omit_zero = true},
};

constexpr Field kNodeSelectorRequirementFields[] = {
    {.name = "key", .required = true, .default_json = "\"\""},
    {.name = "operator", .required = true, .default_json = "\"\""},
    {.name = "values", .type = FieldType::kList, .list_type = "atomic"},
};

constexpr Field kNodeSelectorTermFields[] = {
    {.name = "matchExpressions",
     .type = FieldType::kList,
     .element = FieldType::kObject,
     .object = &kNodeSelectorRequirement,
     .list_type = "atomic"},
    {.name = "matchFields",
     .type = FieldType::kList,
     .element = FieldType::kObject,
     .object = &kNodeSelectorRequirement,
     .list_type = "atomic"},
};

constexpr Field kPreferredSchedulingTermFields[] = {
    {.name = "preference",
     .type = FieldType::kObject,
     .object = &kNodeSelectorTerm,
     .required = true,
     .default_json = "{}",
     .atomic_map = true},
    {.name = "weight", .type = FieldType::kInt32, .required = true, .default_json = "0"},
};

constexpr Field kNodeSelectorFields[] = {
    {.name = "nodeSelectorTerms",
     .type = FieldType::kList,
     .element = FieldType::kObject,
     .object = &kNodeSelectorTerm,
     .required = true,
     .list_type = "atomic"},
};

constexpr Field kNodeAffinityFields[] = {
    {.name = "preferredDuringSchedulingIgnoredDuringExecution",
     .type = FieldType::kList,
     .element = FieldType::kObject,
     .object = &kPreferredSchedulingTerm,
     .list_type = "atomic"},
    {.name = "requiredDuringSchedulingIgnoredDuringExecution",
     .type = FieldType::kObject,
     .object = &kNodeSelector,
     .atomic_map = true},
};

constexpr Field kPodAffinityTermFields[] = {
    {.name = "labelSelector",
     .type = FieldType::kObject,
     .object = &kLabelSelector,
     .atomic_map = true},
    {.name = "matchLabelKeys", .type = FieldType::kList, .list_type = "atomic"},
    {.name = "mismatchLabelKeys", .type = FieldType::kList, .list_type = "atomic"},
    {.name = "namespaceSelector",
     .type = FieldType::kObject,
     .object = &kLabelSelector,
     .atomic_map = true},
    {.name = "namespaces", .type = FieldType::kList, .list_type = "atomic"},
    {.name = "topologyKey", .required = true, .default_json = "\"\""},
};

constexpr Field kWeightedPodAffinityTermFields[] = {
    {.name = "podAffinityTerm",
     .type = FieldType::kObject,
     .object = &kPodAffinityTerm,
     .required = true,
     .default_json = "{}"},
    {.name = "weight", .type = FieldType::kInt32, .required = true, .default_json = "0"},
};

constexpr Field kPodAffinityFields[] = {
    {.name = "preferredDuringSchedulingIgnoredDuringExecution",
     .type = FieldType::kList,
     .element = FieldType::kObject,
     .object = &kWeightedPodAffinityTerm,
     .list_type = "atomic"},
    {.name = "requiredDuringSchedulingIgnoredDuringExecution",
     .type = FieldType::kList,
     .element = FieldType::kObject,
     .object = &kPodAffinityTerm,
     .list_type = "atomic"},
};

constexpr Field kPodAntiAffinityFields[] = {
    {.name = "preferredDuringSchedulingIgnoredDuringExecution",
     .type = FieldType::kList,
     .element = FieldType::kObject,
     .object = &kWeightedPodAffinityTerm,
     .list_type = "atomic"},
    {.name = "requiredDuringSchedulingIgnoredDuringExecution",
     .type = FieldType::kList,
     .element = FieldType::kObject,
     .object = &kPodAffinityTerm,
     .list_type = "atomic"},
};

constexpr Field kAffinityFields[] = {
    {.name = "nodeAffinity", .type = FieldType::kObject, .object = &kNodeAffinity},
    {.name = "podAffinity", .type = FieldType::kObject, .object = &kPodAffinity},
    {.name = "podAntiAffinity", .type = FieldType::kObject, .object = &kPodAntiAffinity},
};

constexpr Field kTolerationFields[] = {
    {.name = "effect",
     .description = "NoSchedule, PreferNoSchedule or NoExecute; empty means all.",
     .omit_zero = true},
    {.name = "key",
     .description = "The taint's key; empty with operator Exists means every taint.",
     .omit_zero = true},
    {.name = "operator",
     .description = "Equal compares the value, Exists does not.",
     .omit_zero = true},
    {.name = "tolerationSeconds",
     .type = FieldType::kInt64,
     .description = "How long a NoExecute taint is tolerated."},
    {.name = "value", .omit_zero = true},
};

constexpr Field kTopologySpreadConstraintFields[] = {
    {.name = "labelSelector",
     .type = FieldType::kObject,
     .object = &kLabelSelector,
     .atomic_map = true},
    {.name = "matchLabelKeys", .type = FieldType::kList, .list_type = "atomic"},
    {.name = "maxSkew", .type = FieldType::kInt32, .required = true, .default_json = "0"},
    {.name = "minDomains", .type = FieldType::kInt32},
    {.name = "nodeAffinityPolicy"},
    {.name = "nodeTaintsPolicy"},
    {.name = "topologyKey", .required = true, .default_json = "\"\""},
    {.name = "whenUnsatisfiable", .required = true, .default_json = "\"\""},
};

constexpr Field kSessionAffinityConfigFields[] = {
    {.name = "clientIP", .type = FieldType::kObject, .object = &kClientIPConfig},
};

}  // namespace

constinit const Type kTaint = {"io.k8s.api.core.v1.Taint", "", kTaintFields};
constinit const Type kNodeSelectorRequirement = {"io.k8s.api.core.v1.NodeSelectorRequirement", "",
                                                 kNodeSelectorRequirementFields};
constinit const Type kNodeSelectorTerm = {"io.k8s.api.core.v1.NodeSelectorTerm", "",
                                          kNodeSelectorTermFields};
constinit const Type kPreferredSchedulingTerm = {"io.k8s.api.core.v1.PreferredSchedulingTerm", "",
                                                 kPreferredSchedulingTermFields};
constinit const Type kNodeSelector = {"io.k8s.api.core.v1.NodeSelector", "", kNodeSelectorFields};
constinit const Type kNodeAffinity = {"io.k8s.api.core.v1.NodeAffinity", "", kNodeAffinityFields};
constinit const Type kPodAffinityTerm = {"io.k8s.api.core.v1.PodAffinityTerm", "",
                                         kPodAffinityTermFields};
constinit const Type kWeightedPodAffinityTerm = {"io.k8s.api.core.v1.WeightedPodAffinityTerm", "",
                                                 kWeightedPodAffinityTermFields};
constinit const Type kPodAffinity = {"io.k8s.api.core.v1.PodAffinity", "", kPodAffinityFields};
constinit const Type kPodAntiAffinity = {"io.k8s.api.core.v1.PodAntiAffinity", "",
                                         kPodAntiAffinityFields};
constinit const Type kAffinity = {"io.k8s.api.core.v1.Affinity", "", kAffinityFields};
constinit const Type kToleration = {"io.k8s.api.core.v1.Toleration", "", kTolerationFields};
constinit const Type kTopologySpreadConstraint = {"io.k8s.api.core.v1.TopologySpreadConstraint", "",
                                                  kTopologySpreadConstraintFields};
constinit const Type kSessionAffinityConfig = {"io.k8s.api.core.v1.SessionAffinityConfig", "",
                                               kSessionAffinityConfigFields};

}  // namespace inferlab::sim::types
