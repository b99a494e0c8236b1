// HorizontalPodAutoscaler: sets the number of Pods of a workload after its metrics.
#include "sim/api/defaults/fill.h"
#include "sim/api/kinds/hpa_cells.h"
#include "sim/api/kinds/kinds.h"
#include "sim/api/kinds/verbs.h"
#include "sim/api/types/types.h"
#include "sim/api/validation/hpa_validation.h"

namespace inferlab::sim::kinds {
namespace {

Value policy(const char* type, int value) {
  return Value::object({{"periodSeconds", 15}, {"type", type}, {"value", value}});
}

// Only where a behavior is stated: the controller knows what goes without one.
// Source: Kubernetes 1.32, pkg/apis/autoscaling/v2/defaults.go.
Value default_behavior(const Value& behavior) {
  const Value up = filled(behavior["scaleUp"],
                          {{"policies", Value::array({policy("Pods", 4), policy("Percent", 100)})},
                           {"selectPolicy", "Max"},
                           {"stabilizationWindowSeconds", 0}});
  const Value down =
      filled(behavior["scaleDown"],
             {{"policies", Value::array({policy("Percent", 100)})}, {"selectPolicy", "Max"}});
  return behavior.with("scaleUp", up).with("scaleDown", down);
}

Value cpu_metric() {
  const Value target = Value::object({{"averageUtilization", 80}, {"type", "Utilization"}});
  return Value::object(
      {{"resource", Value::object({{"name", "cpu"}, {"target", target}})}, {"type", "Resource"}});
}

Value set_defaults(Value object) {
  Value spec = filled(object["spec"], {{"minReplicas", 1}});
  if (spec["metrics"].empty()) spec = spec.with("metrics", Value::array({cpu_metric()}));
  if (spec.has("behavior")) spec = spec.with("behavior", default_behavior(spec["behavior"]));
  return object.with("spec", spec);
}

Value prepare(Value object, const Value& old) {
  if (!old.is_null()) return object;
  return object.with("status",
                     Value::object({{"currentMetrics", Value()}, {"desiredReplicas", 0}}));
}

}  // namespace

const Kind kHorizontalPodAutoscaler = {.group = "autoscaling",
                                       .version = "v2",
                                       .kind = "HorizontalPodAutoscaler",
                                       .plural = "horizontalpodautoscalers",
                                       .singular = "horizontalpodautoscaler",
                                       .short_names = {"hpa"},
                                       .categories = {"all"},
                                       .verbs = all_verbs(),
                                       .subresources = {"status"},
                                       .schema = &types::kHorizontalPodAutoscaler,
                                       .set_defaults = set_defaults,
                                       .validate = validate_horizontal_pod_autoscaler,
                                       .prepare = prepare,
                                       .columns = kHpaColumns,
                                       .cells = hpa_cells};

}  // namespace inferlab::sim::kinds
