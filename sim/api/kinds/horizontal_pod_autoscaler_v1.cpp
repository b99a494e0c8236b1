// HorizontalPodAutoscaler, version 1: CPU alone; what it has no field for is in annotations.
#include "sim/api/defaults/fill.h"
#include "sim/api/json.h"
#include "sim/api/kinds/hpa_cells.h"
#include "sim/api/kinds/kinds.h"
#include "sim/api/kinds/verbs.h"
#include "sim/api/types/types.h"

namespace inferlab::sim::types {
namespace {

constexpr Field kV1CrossVersionObjectReferenceFields[] = {
    {.name = "apiVersion",
     .description = "The version of the schema in which this object is written.",
     .omit_zero = true},
    {.name = "kind", .required = true, .default_json = "\"\""},
    {.name = "name", .required = true, .default_json = "\"\""},
};
constinit const Type kV1CrossVersionObjectReference = {
    "io.k8s.api.autoscaling.v1.CrossVersionObjectReference", "",
    kV1CrossVersionObjectReferenceFields};

constexpr Field kV1HorizontalPodAutoscalerSpecFields[] = {
    {.name = "maxReplicas",
     .type = FieldType::kInt32,
     .description = "The most Pods.",
     .required = true,
     .default_json = "0"},
    {.name = "minReplicas",
     .type = FieldType::kInt32,
     .description = "The least number of Pods; 1 if not stated."},
    {.name = "scaleTargetRef",
     .type = FieldType::kObject,
     .object = &kV1CrossVersionObjectReference,
     .description = "The workload.",
     .required = true,
     .default_json = "{}",
     .atomic_map = true},
    {.name = "targetCPUUtilizationPercentage",
     .type = FieldType::kInt32,
     .description =
         "The CPU use to keep, as a percentage of what the Pods request; 80 if not stated."},
};
constinit const Type kV1HorizontalPodAutoscalerSpec = {
    "io.k8s.api.autoscaling.v1.HorizontalPodAutoscalerSpec", "",
    kV1HorizontalPodAutoscalerSpecFields};

constexpr Field kV1HorizontalPodAutoscalerStatusFields[] = {
    {.name = "currentCPUUtilizationPercentage", .type = FieldType::kInt32},
    {.name = "currentReplicas", .type = FieldType::kInt32, .required = true, .default_json = "0"},
    {.name = "desiredReplicas", .type = FieldType::kInt32, .required = true, .default_json = "0"},
    {.name = "lastScaleTime", .type = FieldType::kTime},
    {.name = "observedGeneration", .type = FieldType::kInt64, .omit_zero = true},
};
constinit const Type kV1HorizontalPodAutoscalerStatus = {
    "io.k8s.api.autoscaling.v1.HorizontalPodAutoscalerStatus", "",
    kV1HorizontalPodAutoscalerStatusFields};

constexpr Field kV1HorizontalPodAutoscalerFields[] = {
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
     .object = &kV1HorizontalPodAutoscalerSpec,
     .description = "What is wished for.",
     .default_json = "{}"},
    {.name = "status",
     .type = FieldType::kObject,
     .object = &kV1HorizontalPodAutoscalerStatus,
     .description = "What was last observed.",
     .default_json = "{}"},
};
constinit const Type kV1HorizontalPodAutoscaler = {
    "io.k8s.api.autoscaling.v1.HorizontalPodAutoscaler",
    "Sets the number of Pods of a workload after its metrics.", kV1HorizontalPodAutoscalerFields};

}  // namespace

}  // namespace inferlab::sim::types

namespace inferlab::sim::kinds {
namespace {

constexpr std::string_view kMetrics = "autoscaling.alpha.kubernetes.io/metrics";
constexpr std::string_view kCurrentMetrics = "autoscaling.alpha.kubernetes.io/current-metrics";
constexpr std::string_view kConditions = "autoscaling.alpha.kubernetes.io/conditions";
constexpr std::string_view kBehavior = "autoscaling.alpha.kubernetes.io/behavior";

// A metric's target, or what it is now, has a field for each unit in version 1: "averageValue" is
// "targetAverageValue" there.
struct Unit {
  const char* v2;
  const char* target;
  const char* current;
};
constexpr Unit kUnits[] = {
    {"averageUtilization", "targetAverageUtilization", "currentAverageUtilization"},
    {"averageValue", "targetAverageValue", "currentAverageValue"},
    {"value", "targetValue", "currentValue"}};
constexpr const char* kSources[] = {"containerResource", "external", "object", "pods", "resource"};

// How the fields of an object metric are called, whose target in version 1 is the object.
const char* v1_name(std::string_view source, const Unit& unit, bool status) {
  if (source == "object" && std::string_view(unit.v2) == "averageValue") return unit.v2;
  return status ? unit.current : unit.target;
}

Value source_to_v1(std::string_view source, const Value& from, bool status) {
  Value out = Value::object();
  for (const char* same : {"container", "name"}) {
    if (from.has(same)) out = out.with(same, from[same]);
  }
  const Value& amounts = from[status ? "current" : "target"];
  for (const Unit& unit : kUnits) {
    if (amounts.has(unit.v2)) out = out.with(v1_name(source, unit, status), amounts[unit.v2]);
  }
  const Value& metric = from["metric"];
  if (metric.has("name")) out = out.with("metricName", metric["name"]);
  if (metric.has("selector")) {
    out = out.with(source == "external" ? "metricSelector" : "selector", metric["selector"]);
  }
  if (from.has("describedObject")) out = out.with("target", from["describedObject"]);
  return out;
}

Value source_from_v1(std::string_view source, const Value& from, bool status) {
  Value out = Value::object();
  Value amounts = Value::object();
  for (const char* same : {"container", "name"}) {
    if (from.has(same)) out = out.with(same, from[same]);
  }
  const char* type = "Value";
  for (const Unit& unit : kUnits) {
    const Value& amount = from[v1_name(source, unit, status)];
    if (amount.is_null()) continue;
    amounts = amounts.with(unit.v2, amount);
    if (std::string_view(unit.v2) == "averageUtilization") type = "Utilization";
    if (std::string_view(unit.v2) == "averageValue") type = "AverageValue";
  }
  if (!status) amounts = amounts.with("type", type);
  out = out.with(status ? "current" : "target", amounts);
  if (from.has("metricName")) {
    Value metric = Value::object({{"name", from["metricName"]}});
    const Value& selector = from[source == "external" ? "metricSelector" : "selector"];
    if (!selector.is_null()) metric = metric.with("selector", selector);
    out = out.with("metric", metric);
  }
  return source == "object" ? out.with("describedObject", from["target"]) : out;
}

template <typename Convert>
Value each_source(const Value& metrics, const Convert& convert, bool status) {
  return each_item(metrics, [&](const Value& metric) {
    Value out = metric;
    for (const char* source : kSources) {
      if (metric.has(source)) out = out.with(source, convert(source, metric[source], status));
    }
    return out;
  });
}

bool is_cpu_utilization(const Value& metric) {
  const Value& resource = metric["resource"];
  return metric["type"].as_string() == "Resource" && resource["name"].as_string() == "cpu" &&
         (resource["target"].has("averageUtilization") ||
          resource["current"].has("averageUtilization"));
}

// Takes the first CPU metric out of the list.
Value take_cpu(Value& metrics) {
  Value::Array rest;
  Value cpu;
  for (const Value& metric : metrics.items()) {
    if (cpu.is_null() && is_cpu_utilization(metric)) {
      cpu = metric["resource"];
    } else {
      rest.push_back(metric);
    }
  }
  metrics = Value::array(std::move(rest));
  return cpu;
}

Value from_stored(const Value& object) {
  const Value& v2_spec = object["spec"];
  Value annotations = object["metadata"]["annotations"];
  const auto annotate = [&](std::string_view key, const Value& value) {
    if (!value.empty()) annotations = annotations.with(key, Value(to_json(value)));
  };
  Value spec = v2_spec.without("metrics").without("behavior");
  Value metrics = v2_spec["metrics"];
  if (const Value cpu = take_cpu(metrics); !cpu.is_null()) {
    spec = spec.with("targetCPUUtilizationPercentage", cpu["target"]["averageUtilization"]);
  }
  annotate(kMetrics, each_source(metrics, source_to_v1, false));
  annotate(kBehavior, v2_spec["behavior"]);
  Value status = object["status"];
  Value current = status["currentMetrics"];
  if (const Value cpu = take_cpu(current); !cpu.is_null()) {
    status = status.with("currentCPUUtilizationPercentage", cpu["current"]["averageUtilization"]);
  }
  annotate(kCurrentMetrics, each_source(current, source_to_v1, true));
  annotate(kConditions, status["conditions"]);
  status = status.without("conditions").without("currentMetrics");
  status = filled(status, {{"currentReplicas", 0}, {"desiredReplicas", 0}});
  Value out = object.with("apiVersion", "autoscaling/v1").with("spec", spec).with("status", status);
  return annotations.empty() ? out : out.with_path({"metadata", "annotations"}, annotations);
}

// The list or object that an annotation holds, which is taken away.
Value take_annotation(Value& annotations, std::string_view key) {
  const auto parsed = parse_json(annotations[key].as_string());
  annotations = annotations.without(key);
  return parsed ? *parsed : Value();
}

Value with_cpu_first(const Value& resource, const Value& others) {
  Value::Array all = {Value::object({{"resource", resource}, {"type", "Resource"}})};
  for (const Value& metric : others.items()) all.push_back(metric);
  return Value::array(std::move(all));
}

Value to_stored(const Value& object) {
  Value annotations = object["metadata"]["annotations"];
  const Value& v1_spec = object["spec"];
  Value spec = v1_spec.without("targetCPUUtilizationPercentage");
  Value metrics = each_source(take_annotation(annotations, kMetrics), source_from_v1, false);
  if (v1_spec.has("targetCPUUtilizationPercentage")) {
    const Value target =
        Value::object({{"averageUtilization", v1_spec["targetCPUUtilizationPercentage"]},
                       {"type", "Utilization"}});
    metrics = with_cpu_first(Value::object({{"name", "cpu"}, {"target", target}}), metrics);
  }
  if (!metrics.empty()) spec = spec.with("metrics", metrics);
  if (const Value behavior = take_annotation(annotations, kBehavior); behavior.is_object())
    spec = spec.with("behavior", behavior);
  Value status = object["status"];
  Value current = each_source(take_annotation(annotations, kCurrentMetrics), source_from_v1, true);
  if (status.has("currentCPUUtilizationPercentage")) {
    const Value now =
        Value::object({{"averageUtilization", status["currentCPUUtilizationPercentage"]}});
    current = with_cpu_first(Value::object({{"current", now}, {"name", "cpu"}}), current);
    status = status.without("currentCPUUtilizationPercentage");
  }
  if (const Value conditions = take_annotation(annotations, kConditions); conditions.is_array())
    status = status.with("conditions", conditions);
  status = status.with("currentMetrics", current.empty() ? Value() : current);
  Value out = object.with("apiVersion", "autoscaling/v2").with("spec", spec).with("status", status);
  return annotations.empty() ? out.without_path({"metadata", "annotations"})
                             : out.with_path({"metadata", "annotations"}, annotations);
}

std::vector<Value> cells(const Value& object, Time now) {
  return hpa_cells(to_stored(object), now);
}

}  // namespace

const Kind kHorizontalPodAutoscalerV1 = {.group = "autoscaling",
                                         .version = "v1",
                                         .kind = "HorizontalPodAutoscaler",
                                         .plural = "horizontalpodautoscalers",
                                         .singular = "horizontalpodautoscaler",
                                         .short_names = {"hpa"},
                                         .categories = {"all"},
                                         .verbs = all_verbs(),
                                         .subresources = {"status"},
                                         .schema = &types::kV1HorizontalPodAutoscaler,
                                         .stored_as = &kHorizontalPodAutoscaler,
                                         .to_stored = to_stored,
                                         .from_stored = from_stored,
                                         .columns = kHpaColumns,
                                         .cells = cells};

}  // namespace inferlab::sim::kinds
