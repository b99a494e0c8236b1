#include "sim/api/validation/workload_validation.h"

#include "sim/api/selector.h"
#include "sim/api/validation/field_rules.h"
#include "sim/api/validation/go_text.h"
#include "sim/api/validation/meta_validation.h"
#include "sim/api/validation/pod_spec_validation.h"

namespace inferlab::sim {
namespace {

void validate_selector_and_template(const Value& spec, std::string_view what, const FieldPath& path,
                                    FieldErrors& errors) {
  const Value& selector = spec["selector"];
  const FieldPath selector_path = path / "selector";
  bool readable = true;
  if (selector.is_null()) {
    errors.push_back(required(selector_path));
  } else {
    const std::size_t before = errors.size();
    validate_label_selector(selector, selector_path, errors);
    readable = errors.size() == before;
    if (selector["matchLabels"].empty() && selector["matchExpressions"].empty()) {
      errors.push_back(invalid_raw(selector_path, go_label_selector(selector),
                                   "empty selector is invalid for " + std::string(what)));
    }
  }
  if (!readable) {
    errors.push_back(
        invalid_raw(selector_path, go_label_selector(selector), "invalid label selector"));
    return;
  }
  const FieldPath pod_template = path / "template";
  const Value& labels = spec["template"]["metadata"]["labels"];
  // No selector selects nothing, an empty one everything.
  if (selector.is_null() ||
      (!selector.empty() && !LabelSelector::from_object(selector).matches(labels_from(labels)))) {
    const FieldPath meta = pod_template / "metadata";
    errors.push_back(invalid_raw(meta / "labels", go_string_map(labels),
                                 "`selector` does not match template `labels`"));
  }
  validate_pod_template(spec["template"], pod_template, errors);
  const Value& pod = spec["template"]["spec"];
  const FieldPath pod_path = pod_template / "spec";
  if (pod["restartPolicy"].as_string() != "Always") {
    errors.push_back(unsupported(pod_path / "restartPolicy", pod["restartPolicy"], {"Always"}));
  }
  if (pod.has("activeDeadlineSeconds")) {
    errors.push_back(forbidden_field(pod_path / "activeDeadlineSeconds",
                                     "activeDeadlineSeconds in ReplicaSet is not Supported"));
  }
}

void validate_strategy(const Value& strategy, const FieldPath& path, FieldErrors& errors) {
  const std::string_view type = strategy["type"].as_string();
  const FieldPath rolling_path = path / "rollingUpdate";
  if (type == "Recreate") {
    if (strategy.has("rollingUpdate")) {
      errors.push_back(
          forbidden_field(rolling_path, "may not be specified when strategy `type` is 'Recreate'"));
    }
    return;
  }
  if (type != "RollingUpdate") {
    errors.push_back(unsupported_raw(path, go_update_strategy("DeploymentStrategy", strategy),
                                     {"Recreate", "RollingUpdate"}));
    return;
  }
  const Value& rolling = strategy["rollingUpdate"];
  const Value& unavailable = rolling["maxUnavailable"];
  const FieldPath unavailable_path = rolling_path / "maxUnavailable";
  validate_int_or_percent(unavailable, unavailable_path, errors);
  validate_int_or_percent(rolling["maxSurge"], rolling_path / "maxSurge", errors);
  if (is_zero_amount(unavailable) && is_zero_amount(rolling["maxSurge"])) {
    errors.push_back(invalid_raw(unavailable_path, go_int_or_string(unavailable),
                                 "may not be 0 when `maxSurge` is 0"));
  }
  validate_at_most_100_percent(unavailable, unavailable_path, errors);
}

void check_immutable_selector(const Value& spec, const Value& old, FieldErrors& errors) {
  if (old.is_null() || spec["selector"] == old["spec"]["selector"]) return;
  errors.push_back(
      invalid_raw("spec.selector", go_label_selector(spec["selector"]), "field is immutable"));
}

}  // namespace

void validate_deployment(const Value& object, const Value& old, FieldErrors& errors) {
  validate_deployment_status(object, old, errors);
  const Value& spec = object["spec"];
  if (!old.is_null() && spec == old["spec"]) return;
  const FieldPath path("spec");
  validate_not_negative(path / "replicas", spec["replicas"], errors);
  validate_selector_and_template(spec, "deployment", path, errors);
  validate_strategy(spec["strategy"], path / "strategy", errors);
  validate_not_negative(path / "minReadySeconds", spec["minReadySeconds"], errors);
  validate_not_negative(path / "revisionHistoryLimit", spec["revisionHistoryLimit"], errors);
  const Value& deadline = spec["progressDeadlineSeconds"];
  validate_not_negative(path / "progressDeadlineSeconds", deadline, errors);
  if (!deadline.is_null() && deadline.as_int() <= spec["minReadySeconds"].as_int()) {
    errors.push_back(invalid_value(path / "progressDeadlineSeconds", deadline,
                                   "must be greater than minReadySeconds"));
  }
  check_immutable_selector(spec, old, errors);
}

void validate_replica_set(const Value& object, const Value& old, FieldErrors& errors) {
  validate_replica_set_status(object, old, errors);
  const Value& spec = object["spec"];
  if (!old.is_null() && spec == old["spec"]) return;
  const FieldPath path("spec");
  validate_not_negative(path / "replicas", spec["replicas"], errors);
  validate_not_negative(path / "minReadySeconds", spec["minReadySeconds"], errors);
  validate_selector_and_template(spec, "replicaset", path, errors);
  check_immutable_selector(spec, old, errors);
}

}  // namespace inferlab::sim
