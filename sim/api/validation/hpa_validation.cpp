#include "sim/api/validation/hpa_validation.h"

#include <iterator>

#include "sim/api/quantity.h"
#include "sim/api/validation/field_rules.h"
#include "sim/api/validation/go_text.h"
#include "sim/api/validation/meta_validation.h"
#include "sim/api/validation/names.h"
#include "sim/api/validation/pod_spec_validation.h"

namespace inferlab::sim {
namespace {

void validate_reference(const Value& ref, const FieldPath& path, FieldErrors& errors) {
  for (const char* field : {"kind", "name"}) {
    if (ref[field].empty()) {
      errors.push_back(required(path / field));
    } else {
      add_name_errors(path / field, ref[field], check_path_segment(ref[field].as_string()), errors);
    }
  }
}

bool is_positive(const Value& amount) {
  return !amount.is_null() && Quantity::parse(amount.as_string()).value_or(Quantity()) > Quantity();
}

void validate_target(const Value& target, const FieldPath& path, FieldErrors& errors) {
  const Value& type = target["type"];
  const std::string_view word = type.as_string();
  if (word.empty()) {
    errors.push_back(required(path / "type", "must specify a metric target type"));
  } else if (word != "Utilization" && word != "Value" && word != "AverageValue") {
    errors.push_back(
        invalid_value(path / "type", type, "must be either Utilization, Value, or AverageValue"));
  }
  for (const char* field : {"value", "averageValue"}) {
    if (target.has(field) && !is_positive(target[field])) {
      errors.push_back(invalid_raw(path / field, go_quantity(target[field]), "must be positive"));
    }
  }
  if (target.has("averageUtilization") && target["averageUtilization"].as_int() < 1) {
    errors.push_back(invalid_value(path / "averageUtilization", target["averageUtilization"],
                                   "must be greater than 0"));
  }
}

void validate_metric_name(const Value& metric, const FieldPath& path, FieldErrors& errors) {
  if (metric["name"].empty()) {
    errors.push_back(required(path / "name", "must specify a metric name"));
  } else {
    add_name_errors(path / "name", metric["name"], check_path_segment(metric["name"].as_string()),
                    errors);
  }
}

void validate_resource_source(const Value& source, bool container, const FieldPath& path,
                              FieldErrors& errors) {
  if (source["name"].empty())
    errors.push_back(required(path / "name", "must specify a resource name"));
  if (container && source["container"].empty())
    errors.push_back(required(path / "container", "must specify a container"));
  const Value& target = source["target"];
  const FieldPath at = path / "target";
  validate_target(target, at, errors);
  const bool utilization = target.has("averageUtilization");
  const bool average = target.has("averageValue");
  if (!utilization && !average) {
    errors.push_back(required(at / "averageUtilization",
                              "must set either a target raw value or a target utilization"));
  } else if (utilization && average) {
    errors.push_back(forbidden_field(at / "averageValue",
                                     "may not set both a target raw value and a target "
                                     "utilization"));
  }
}

void validate_source(std::string_view type, const Value& source, const FieldPath& path,
                     FieldErrors& errors) {
  if (type == "resource" || type == "containerResource") {
    validate_resource_source(source, type == "containerResource", path, errors);
    return;
  }
  if (type == "object")
    validate_reference(source["describedObject"], path / "describedObject", errors);
  validate_metric_name(source["metric"], path / "metric", errors);
  const Value& target = source["target"];
  const FieldPath at = path / "target";
  validate_target(target, at, errors);
  if (type == "pods") {
    if (!is_positive(target["averageValue"])) {
      errors.push_back(
          required(at / "averageValue", "must specify a positive target averageValue"));
    }
    return;
  }
  const bool value = target.has("value");
  const bool average = target.has("averageValue");
  if (!value && !average) {
    errors.push_back(required(
        at / "averageValue",
        type == "object" ? "must set either a target value or averageValue"
                         : "must set either a target value for metric or a per-pod target"));
  } else if (value && average && type == "external") {
    errors.push_back(forbidden_field(
        at / "value", "may not set both a target value for metric and a per-pod target"));
  }
}

// The member that a type of metric needs: "Pods" needs "pods".
constexpr const char* kSources[] = {"containerResource", "external", "object", "pods", "resource"};
constexpr std::string_view kTypes[] = {"ContainerResource", "External", "Object", "Pods",
                                       "Resource"};

void validate_metric(const Value& metric, const FieldPath& at, FieldErrors& errors) {
  const Value& type = metric["type"];
  if (type.empty()) errors.push_back(required(at / "type", "must specify a metric source type"));
  const char* expected = nullptr;
  for (std::size_t i = 0; i < std::size(kTypes); ++i) {
    if (type.as_string() == kTypes[i]) expected = kSources[i];
  }
  if (expected == nullptr) {
    errors.push_back(unsupported(at / "type", type,
                                 {"ContainerResource", "External", "Object", "Pods", "Resource"}));
  }
  for (const char* source : {"object", "external", "pods", "resource", "containerResource"}) {
    if (metric.has(source)) validate_source(source, metric[source], at / source, errors);
  }
  if (expected == nullptr) return;
  if (!metric.has(expected)) {
    errors.push_back(
        required(at / expected, "must populate information for the given metric source"));
  }
  for (const char* source : kSources) {
    if (metric.has(source) && std::string_view(source) != expected) {
      errors.push_back(forbidden_field(at / source, "must populate the given metric source only"));
    }
  }
}

void validate_policy(const Value& policy, const FieldPath& at, FieldErrors& errors) {
  constexpr std::int64_t kMaxPeriod = 1800;  // seconds
  validate_one_of(at / "type", policy["type"], {"Pods", "Percent"}, errors);
  for (const char* field : {"value", "periodSeconds"}) {
    if (policy[field].as_int() <= 0)
      errors.push_back(invalid_value(at / field, policy[field], "must be greater than zero"));
  }
  if (policy["periodSeconds"].as_int() > kMaxPeriod) {
    errors.push_back(invalid_value(at / "periodSeconds", policy["periodSeconds"],
                                   "must be less than or equal to 1800"));
  }
}

void validate_scaling_rules(const Value& rules, const FieldPath& path, FieldErrors& errors) {
  constexpr std::int64_t kMaxWindow = 3600;  // seconds
  if (rules.is_null()) return;
  const Value& window = rules["stabilizationWindowSeconds"];
  if (window.as_int() < 0) {
    errors.push_back(invalid_value(path / "stabilizationWindowSeconds", window,
                                   "must be greater than or equal to zero"));
  } else if (window.as_int() > kMaxWindow) {
    errors.push_back(invalid_value(path / "stabilizationWindowSeconds", window,
                                   "must be less than or equal to 3600"));
  }
  if (rules.has("selectPolicy")) {
    validate_one_of(path / "selectPolicy", rules["selectPolicy"], {"Disabled", "Max", "Min"},
                    errors);
  }
  const FieldPath policies = path / "policies";
  if (rules["policies"].empty())
    errors.push_back(required(policies, "must specify at least one Policy"));
  std::size_t index = 0;
  for (const Value& policy : rules["policies"].items())
    validate_policy(policy, policies.index(index++), errors);
}

}  // namespace

void validate_horizontal_pod_autoscaler(const Value& object, const Value& old,
                                        FieldErrors& errors) {
  const Value& spec = object["spec"];
  if (!old.is_null() && spec == old["spec"]) return;
  const FieldPath path("spec");
  const Value& least = spec["minReplicas"];
  const Value& most = spec["maxReplicas"];
  if (least.as_int(1) < 1) {
    errors.push_back(
        invalid_value(path / "minReplicas", least, "must be greater than or equal to 1"));
  }
  if (most.as_int() < 1)
    errors.push_back(invalid_value(path / "maxReplicas", most, "must be greater than 0"));
  if (most.as_int() < least.as_int()) {
    errors.push_back(invalid_value(path / "maxReplicas", most,
                                   "must be greater than or equal to `minReplicas`"));
  }
  validate_reference(spec["scaleTargetRef"], path / "scaleTargetRef", errors);
  const FieldPath metrics = path / "metrics";
  std::size_t index = 0;
  for (const Value& metric : spec["metrics"].items())
    validate_metric(metric, metrics.index(index++), errors);
  const FieldPath behavior = path / "behavior";
  validate_scaling_rules(spec["behavior"]["scaleUp"], behavior / "scaleUp", errors);
  validate_scaling_rules(spec["behavior"]["scaleDown"], behavior / "scaleDown", errors);
}

}  // namespace inferlab::sim
