// Schema tables: HorizontalPodAutoscalers.
// Facts: OpenAPI documents of Kubernetes 1.32.
#include "sim/api/types/types.h"

namespace inferlab::sim::types {
namespace {

constexpr Field kHPAScalingPolicyFields[] = {
    {.name = "periodSeconds",
     .type = FieldType::kInt32,
     .description = "In how many seconds.",
     .required = true,
     .default_json = "0"},
    {.name = "type", .description = "Pods or Percent.", .required = true, .default_json = "\"\""},
    {.name = "value",
     .type = FieldType::kInt32,
     .description = "How many Pods, or how many percent.",
     .required = true,
     .default_json = "0"},
};
constinit const Type kHPAScalingPolicy = {"io.k8s.api.autoscaling.v2.HPAScalingPolicy", "",
                                          kHPAScalingPolicyFields};

constexpr Field kHPAScalingRulesFields[] = {
    {.name = "policies",
     .type = FieldType::kList,
     .element = FieldType::kObject,
     .object = &kHPAScalingPolicy,
     .description = "How much may change in which time.",
     .list_type = "atomic"},
    {.name = "selectPolicy", .description = "Which policy counts: Max, Min, or Disabled for none."},
    {.name = "stabilizationWindowSeconds",
     .type = FieldType::kInt32,
     .description =
         "Seconds of past recommendations to consider, so that the number does not flap."},
};
constinit const Type kHPAScalingRules = {"io.k8s.api.autoscaling.v2.HPAScalingRules", "",
                                         kHPAScalingRulesFields};

constexpr Field kHorizontalPodAutoscalerBehaviorFields[] = {
    {.name = "scaleDown", .type = FieldType::kObject, .object = &kHPAScalingRules},
    {.name = "scaleUp", .type = FieldType::kObject, .object = &kHPAScalingRules},
};
constinit const Type kHorizontalPodAutoscalerBehavior = {
    "io.k8s.api.autoscaling.v2.HorizontalPodAutoscalerBehavior", "",
    kHorizontalPodAutoscalerBehaviorFields};

constexpr Field kMetricTargetFields[] = {
    {.name = "averageUtilization",
     .type = FieldType::kInt32,
     .description = "The wished percentage of what is requested."},
    {.name = "averageValue",
     .type = FieldType::kQuantity,
     .description = "The wished value for each Pod."},
    {.name = "type", .required = true, .default_json = "\"\""},
    {.name = "value", .type = FieldType::kQuantity, .description = "The wished value."},
};
constinit const Type kMetricTarget = {"io.k8s.api.autoscaling.v2.MetricTarget", "",
                                      kMetricTargetFields};

constexpr Field kContainerResourceMetricSourceFields[] = {
    {.name = "container", .required = true, .default_json = "\"\""},
    {.name = "name", .required = true, .default_json = "\"\""},
    {.name = "target",
     .type = FieldType::kObject,
     .object = &kMetricTarget,
     .required = true,
     .default_json = "{}"},
};
constinit const Type kContainerResourceMetricSource = {
    "io.k8s.api.autoscaling.v2.ContainerResourceMetricSource", "",
    kContainerResourceMetricSourceFields};

constexpr Field kMetricIdentifierFields[] = {
    {.name = "name", .required = true, .default_json = "\"\""},
    {.name = "selector", .type = FieldType::kObject, .object = &kLabelSelector, .atomic_map = true},
};
constinit const Type kMetricIdentifier = {"io.k8s.api.autoscaling.v2.MetricIdentifier", "",
                                          kMetricIdentifierFields};

constexpr Field kExternalMetricSourceFields[] = {
    {.name = "metric",
     .type = FieldType::kObject,
     .object = &kMetricIdentifier,
     .required = true,
     .default_json = "{}"},
    {.name = "target",
     .type = FieldType::kObject,
     .object = &kMetricTarget,
     .required = true,
     .default_json = "{}"},
};
constinit const Type kExternalMetricSource = {"io.k8s.api.autoscaling.v2.ExternalMetricSource", "",
                                              kExternalMetricSourceFields};

constexpr Field kCrossVersionObjectReferenceFields[] = {
    {.name = "apiVersion",
     .description = "The version of the schema in which this object is written.",
     .omit_zero = true},
    {.name = "kind", .required = true, .default_json = "\"\""},
    {.name = "name", .required = true, .default_json = "\"\""},
};
constinit const Type kCrossVersionObjectReference = {
    "io.k8s.api.autoscaling.v2.CrossVersionObjectReference", "",
    kCrossVersionObjectReferenceFields};

constexpr Field kObjectMetricSourceFields[] = {
    {.name = "describedObject",
     .type = FieldType::kObject,
     .object = &kCrossVersionObjectReference,
     .required = true,
     .default_json = "{}"},
    {.name = "metric",
     .type = FieldType::kObject,
     .object = &kMetricIdentifier,
     .required = true,
     .default_json = "{}"},
    {.name = "target",
     .type = FieldType::kObject,
     .object = &kMetricTarget,
     .required = true,
     .default_json = "{}"},
};
constinit const Type kObjectMetricSource = {"io.k8s.api.autoscaling.v2.ObjectMetricSource", "",
                                            kObjectMetricSourceFields};

constexpr Field kPodsMetricSourceFields[] = {
    {.name = "metric",
     .type = FieldType::kObject,
     .object = &kMetricIdentifier,
     .required = true,
     .default_json = "{}"},
    {.name = "target",
     .type = FieldType::kObject,
     .object = &kMetricTarget,
     .required = true,
     .default_json = "{}"},
};
constinit const Type kPodsMetricSource = {"io.k8s.api.autoscaling.v2.PodsMetricSource", "",
                                          kPodsMetricSourceFields};

constexpr Field kResourceMetricSourceFields[] = {
    {.name = "name", .required = true, .default_json = "\"\""},
    {.name = "target",
     .type = FieldType::kObject,
     .object = &kMetricTarget,
     .required = true,
     .default_json = "{}"},
};
constinit const Type kResourceMetricSource = {"io.k8s.api.autoscaling.v2.ResourceMetricSource", "",
                                              kResourceMetricSourceFields};

constexpr Field kMetricSpecFields[] = {
    {.name = "containerResource",
     .type = FieldType::kObject,
     .object = &kContainerResourceMetricSource},
    {.name = "external",
     .type = FieldType::kObject,
     .object = &kExternalMetricSource,
     .description = "A metric from outside the cluster."},
    {.name = "object",
     .type = FieldType::kObject,
     .object = &kObjectMetricSource,
     .description = "A metric of one other object."},
    {.name = "pods",
     .type = FieldType::kObject,
     .object = &kPodsMetricSource,
     .description = "A metric of each Pod, such as the requests it has waiting."},
    {.name = "resource",
     .type = FieldType::kObject,
     .object = &kResourceMetricSource,
     .description = "CPU or memory, as in the requests of the containers."},
    {.name = "type",
     .description = "Resource, ContainerResource, Pods, Object or External.",
     .required = true,
     .default_json = "\"\""},
};
constinit const Type kMetricSpec = {"io.k8s.api.autoscaling.v2.MetricSpec", "", kMetricSpecFields};

constexpr Field kHorizontalPodAutoscalerSpecFields[] = {
    {.name = "behavior",
     .type = FieldType::kObject,
     .object = &kHorizontalPodAutoscalerBehavior,
     .description = "How fast it may scale up and down."},
    {.name = "maxReplicas",
     .type = FieldType::kInt32,
     .description = "The most Pods.",
     .required = true,
     .default_json = "0"},
    {.name = "metrics",
     .type = FieldType::kList,
     .element = FieldType::kObject,
     .object = &kMetricSpec,
     .description = "What to look at; the metric that wants most Pods wins.",
     .list_type = "atomic"},
    {.name = "minReplicas",
     .type = FieldType::kInt32,
     .description = "The least number of Pods; 1 if not stated."},
    {.name = "scaleTargetRef",
     .type = FieldType::kObject,
     .object = &kCrossVersionObjectReference,
     .description = "The workload.",
     .required = true,
     .default_json = "{}"},
};
constinit const Type kHorizontalPodAutoscalerSpec = {
    "io.k8s.api.autoscaling.v2.HorizontalPodAutoscalerSpec", "",
    kHorizontalPodAutoscalerSpecFields};

constexpr Field kHorizontalPodAutoscalerConditionFields[] = {
    {.name = "lastTransitionTime", .type = FieldType::kTime, .default_json = "null"},
    {.name = "message", .omit_zero = true},
    {.name = "reason", .omit_zero = true},
    {.name = "status", .required = true, .default_json = "\"\""},
    {.name = "type", .required = true, .default_json = "\"\""},
};
constinit const Type kHorizontalPodAutoscalerCondition = {
    "io.k8s.api.autoscaling.v2.HorizontalPodAutoscalerCondition", "",
    kHorizontalPodAutoscalerConditionFields};

constexpr Field kMetricValueStatusFields[] = {
    {.name = "averageUtilization", .type = FieldType::kInt32},
    {.name = "averageValue", .type = FieldType::kQuantity},
    {.name = "value", .type = FieldType::kQuantity},
};
constinit const Type kMetricValueStatus = {"io.k8s.api.autoscaling.v2.MetricValueStatus", "",
                                           kMetricValueStatusFields};

constexpr Field kContainerResourceMetricStatusFields[] = {
    {.name = "container", .required = true, .default_json = "\"\""},
    {.name = "current",
     .type = FieldType::kObject,
     .object = &kMetricValueStatus,
     .required = true,
     .default_json = "{}"},
    {.name = "name", .required = true, .default_json = "\"\""},
};
constinit const Type kContainerResourceMetricStatus = {
    "io.k8s.api.autoscaling.v2.ContainerResourceMetricStatus", "",
    kContainerResourceMetricStatusFields};

constexpr Field kExternalMetricStatusFields[] = {
    {.name = "current",
     .type = FieldType::kObject,
     .object = &kMetricValueStatus,
     .required = true,
     .default_json = "{}"},
    {.name = "metric",
     .type = FieldType::kObject,
     .object = &kMetricIdentifier,
     .required = true,
     .default_json = "{}"},
};
constinit const Type kExternalMetricStatus = {"io.k8s.api.autoscaling.v2.ExternalMetricStatus", "",
                                              kExternalMetricStatusFields};

constexpr Field kObjectMetricStatusFields[] = {
    {.name = "current",
     .type = FieldType::kObject,
     .object = &kMetricValueStatus,
     .required = true,
     .default_json = "{}"},
    {.name = "describedObject",
     .type = FieldType::kObject,
     .object = &kCrossVersionObjectReference,
     .required = true,
     .default_json = "{}"},
    {.name = "metric",
     .type = FieldType::kObject,
     .object = &kMetricIdentifier,
     .required = true,
     .default_json = "{}"},
};
constinit const Type kObjectMetricStatus = {"io.k8s.api.autoscaling.v2.ObjectMetricStatus", "",
                                            kObjectMetricStatusFields};

constexpr Field kPodsMetricStatusFields[] = {
    {.name = "current",
     .type = FieldType::kObject,
     .object = &kMetricValueStatus,
     .required = true,
     .default_json = "{}"},
    {.name = "metric",
     .type = FieldType::kObject,
     .object = &kMetricIdentifier,
     .required = true,
     .default_json = "{}"},
};
constinit const Type kPodsMetricStatus = {"io.k8s.api.autoscaling.v2.PodsMetricStatus", "",
                                          kPodsMetricStatusFields};

constexpr Field kResourceMetricStatusFields[] = {
    {.name = "current",
     .type = FieldType::kObject,
     .object = &kMetricValueStatus,
     .required = true,
     .default_json = "{}"},
    {.name = "name", .required = true, .default_json = "\"\""},
};
constinit const Type kResourceMetricStatus = {"io.k8s.api.autoscaling.v2.ResourceMetricStatus", "",
                                              kResourceMetricStatusFields};

constexpr Field kMetricStatusFields[] = {
    {.name = "containerResource",
     .type = FieldType::kObject,
     .object = &kContainerResourceMetricStatus},
    {.name = "external", .type = FieldType::kObject, .object = &kExternalMetricStatus},
    {.name = "object", .type = FieldType::kObject, .object = &kObjectMetricStatus},
    {.name = "pods", .type = FieldType::kObject, .object = &kPodsMetricStatus},
    {.name = "resource", .type = FieldType::kObject, .object = &kResourceMetricStatus},
    {.name = "type", .required = true, .default_json = "\"\""},
};
constinit const Type kMetricStatus = {"io.k8s.api.autoscaling.v2.MetricStatus", "",
                                      kMetricStatusFields};

constexpr Field kHorizontalPodAutoscalerStatusFields[] = {
    {.name = "conditions",
     .type = FieldType::kList,
     .element = FieldType::kObject,
     .object = &kHorizontalPodAutoscalerCondition,
     .merge_key = "type",
     .patch_strategy = "merge",
     .list_type = "map",
     .list_map_keys = "type"},
    {.name = "currentMetrics",
     .type = FieldType::kList,
     .element = FieldType::kObject,
     .object = &kMetricStatus,
     .default_json = "null",
     .list_type = "atomic"},
    {.name = "currentReplicas", .type = FieldType::kInt32, .omit_zero = true},
    {.name = "desiredReplicas", .type = FieldType::kInt32, .required = true, .default_json = "0"},
    {.name = "lastScaleTime", .type = FieldType::kTime},
    {.name = "observedGeneration", .type = FieldType::kInt64},
};
constinit const Type kHorizontalPodAutoscalerStatus = {
    "io.k8s.api.autoscaling.v2.HorizontalPodAutoscalerStatus", "",
    kHorizontalPodAutoscalerStatusFields};

constexpr Field kHorizontalPodAutoscalerFields[] = {
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
     .object = &kHorizontalPodAutoscalerSpec,
     .description = "What is wished for.",
     .default_json = "{}"},
    {.name = "status",
     .type = FieldType::kObject,
     .object = &kHorizontalPodAutoscalerStatus,
     .description = "What was last observed.",
     .default_json = "{}"},
};
}  // namespace

constinit const Type kHorizontalPodAutoscaler = {
    "io.k8s.api.autoscaling.v2.HorizontalPodAutoscaler",
    "Sets the number of Pods of a workload after its metrics.", kHorizontalPodAutoscalerFields};

}  // namespace inferlab::sim::types
