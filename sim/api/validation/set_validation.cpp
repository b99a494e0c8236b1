// StatefulSets and DaemonSets.
#include "sim/api/selector.h"
#include "sim/api/validation/field_rules.h"
#include "sim/api/validation/go_text.h"
#include "sim/api/validation/meta_validation.h"
#include "sim/api/validation/pod_spec_validation.h"
#include "sim/api/validation/workload_validation.h"

namespace inferlab::sim {
namespace {

constexpr std::string_view kNoMatch = "`selector` does not match template `labels`";

bool selects_nothing_stated(const Value& selector) {
  return selector["matchLabels"].empty() && selector["matchExpressions"].empty();
}

void check_immutable_selector(const Value& spec, const Value& old, FieldErrors& errors) {
  if (old.is_null() || spec["selector"] == old["spec"]["selector"]) return;
  errors.push_back(
      invalid_raw("spec.selector", go_label_selector(spec["selector"]), "field is immutable"));
}

// As Go prints it.
std::string go_rolling_update(const Value& rolling) {
  return "apps.RollingUpdateStatefulSetStrategy{Partition:" +
         std::to_string(rolling["partition"].as_int()) +
         ", MaxUnavailable:(*intstr.IntOrString)(nil)}";
}

void validate_stateful_strategy(const Value& strategy, const FieldPath& path, FieldErrors& errors) {
  const std::string_view type = strategy["type"].as_string();
  const FieldPath rolling = path / "rollingUpdate";
  if (type.empty()) {
    errors.push_back(required(path));
  } else if (type == "OnDelete") {
    if (strategy.has("rollingUpdate")) {
      errors.push_back(invalid_raw(rolling, go_rolling_update(strategy["rollingUpdate"]),
                                   "only allowed for updateStrategy 'RollingUpdate'"));
    }
  } else if (type == "RollingUpdate") {
    validate_not_negative(rolling / "partition", strategy["rollingUpdate"]["partition"], errors);
  } else {
    errors.push_back(
        invalid_raw(path,
                    "apps.StatefulSetUpdateStrategy{Type:" + shown(strategy["type"]) +
                        ", RollingUpdate:(*apps.RollingUpdateStatefulSetStrategy)(nil)}",
                    "must be 'RollingUpdate' or 'OnDelete'"));
  }
}

// The volumes of a template may be its claims: of its Pod, labels and annotations alone are
// validated before there is one.
void validate_stateful_template(const Value& spec, const FieldPath& path, FieldErrors& errors) {
  const Value& meta = spec["template"]["metadata"];
  const Value& selector = spec["selector"];
  // No selector selects nothing, an empty one everything.
  const bool selects = !selector.is_null() &&
                       (selects_nothing_stated(selector) ||
                        LabelSelector::from_object(selector).matches(labels_from(meta["labels"])));
  if (!selects) {
    const FieldPath metadata = path / "metadata";
    errors.push_back(invalid_raw(metadata / "labels", go_string_map(meta["labels"]), kNoMatch));
  }
  validate_labels(meta["labels"], path / "labels", errors);
  validate_annotations(meta["annotations"], path / "annotations", errors);
}

void validate_stateful_spec(const Value& spec, FieldErrors& errors) {
  const FieldPath path("spec");
  const Value& management = spec["podManagementPolicy"];
  if (management.as_string() != "OrderedReady" && management.as_string() != "Parallel") {
    errors.push_back(invalid_value(path / "podManagementPolicy", management,
                                   "must be 'OrderedReady' or 'Parallel'"));
  }
  validate_stateful_strategy(spec["updateStrategy"], path / "updateStrategy", errors);
  const FieldPath retention = path / "persistentVolumeClaimRetentionPolicy";
  for (const char* when : {"whenDeleted", "whenScaled"}) {
    validate_one_of(retention / when, spec["persistentVolumeClaimRetentionPolicy"][when],
                    {"Retain", "Delete"}, errors);
  }
  validate_not_negative(path / "replicas", spec["replicas"], errors);
  validate_not_negative(path / "minReadySeconds", spec["minReadySeconds"], errors);
  const FieldPath ordinals = path / "ordinals";
  validate_not_negative(ordinals / "start", spec["ordinals"]["start"], errors);
  const Value& selector = spec["selector"];
  bool readable = true;
  if (selector.is_null()) {
    errors.push_back(required(path / "selector"));
  } else {
    const std::size_t before = errors.size();
    validate_label_selector(selector, path / "selector", errors);
    readable = errors.size() == before;
    if (selects_nothing_stated(selector)) {
      errors.push_back(invalid_raw(path / "selector", go_label_selector(selector),
                                   "empty selector is invalid for statefulset"));
    }
  }
  if (readable) {
    validate_stateful_template(spec, path / "template", errors);
  } else {
    errors.push_back(invalid_raw(path / "selector", go_label_selector(selector), ""));
  }
  validate_always_restarts(spec["template"], "StatefulSet", path / "template", errors);
}

void validate_daemon_strategy(const Value& strategy, const FieldPath& path, FieldErrors& errors) {
  const std::string_view type = strategy["type"].as_string();
  if (type == "OnDelete") return;
  if (type != "RollingUpdate") {
    errors.push_back(unsupported_raw(path, go_update_strategy("DaemonSetUpdateStrategy", strategy),
                                     {"RollingUpdate", "OnDelete"}));
    return;
  }
  const Value& rolling = strategy["rollingUpdate"];
  const FieldPath rolling_path = path / "rollingUpdate";
  const FieldPath unavailable = rolling_path / "maxUnavailable";
  const FieldPath surge = rolling_path / "maxSurge";
  validate_int_or_percent(rolling["maxUnavailable"], unavailable, errors);
  validate_int_or_percent(rolling["maxSurge"], surge, errors);
  validate_at_most_100_percent(rolling["maxUnavailable"], unavailable, errors);
  validate_at_most_100_percent(rolling["maxSurge"], surge, errors);
  const bool some_unavailable = !is_zero_amount(rolling["maxUnavailable"]);
  const bool some_surge = !is_zero_amount(rolling["maxSurge"]);
  if (some_unavailable && some_surge) {
    errors.push_back(invalid_raw(surge, go_int_or_string(rolling["maxSurge"]),
                                 "may not be set when maxUnavailable is non-zero"));
  } else if (!some_unavailable && !some_surge) {
    errors.push_back(required(unavailable, "cannot be 0 when maxSurge is 0"));
  }
}

}  // namespace

void validate_always_restarts(const Value& pod_template, std::string_view kind,
                              const FieldPath& path, FieldErrors& errors) {
  const Value& pod = pod_template["spec"];
  const FieldPath pod_path = path / "spec";
  if (pod["restartPolicy"].as_string() != "Always")
    errors.push_back(unsupported(pod_path / "restartPolicy", pod["restartPolicy"], {"Always"}));
  if (pod.has("activeDeadlineSeconds")) {
    errors.push_back(
        forbidden_field(pod_path / "activeDeadlineSeconds",
                        "activeDeadlineSeconds in " + std::string(kind) + " is not Supported"));
  }
}

void validate_stateful_set(const Value& object, const Value& old, FieldErrors& errors) {
  validate_stateful_set_status(object, old, errors);
  const Value& spec = object["spec"];
  if (!old.is_null() && spec == old["spec"]) return;
  validate_stateful_spec(spec, errors);
  if (old.is_null()) return;
  Value kept = spec;
  const Value& before = old["spec"];
  for (const char* field : {"replicas", "ordinals", "template", "updateStrategy",
                            "persistentVolumeClaimRetentionPolicy", "minReadySeconds"}) {
    kept = before.has(field) ? kept.with(field, before[field]) : kept.without(field);
  }
  if (kept != before) {
    errors.push_back(forbidden_field(
        "spec",
        "updates to statefulset spec for fields other than 'replicas', 'ordinals', 'template', "
        "'updateStrategy', 'persistentVolumeClaimRetentionPolicy' and "
        "'minReadySeconds' are forbidden"));
  }
}

void validate_daemon_set(const Value& object, const Value& old, FieldErrors& errors) {
  validate_daemon_set_status(object, old, errors);
  const Value& spec = object["spec"];
  if (!old.is_null() && spec == old["spec"]) return;
  const FieldPath path("spec");
  const Value& selector = spec["selector"];
  const std::size_t before = errors.size();
  validate_label_selector(selector, path / "selector", errors);
  const bool readable = errors.size() == before;
  const Value& labels = spec["template"]["metadata"]["labels"];
  const FieldPath pod_template = path / "template";
  if (readable && !LabelSelector::from_object(selector).matches(labels_from(labels))) {
    const FieldPath meta = pod_template / "metadata";
    errors.push_back(invalid_raw(meta / "labels", go_string_map(labels), kNoMatch));
  }
  if (!selector.is_null() && selects_nothing_stated(selector)) {
    errors.push_back(invalid_raw(path / "selector", go_label_selector(selector),
                                 "empty selector is invalid for daemonset"));
  }
  validate_pod_template(spec["template"], pod_template, errors);
  validate_always_restarts(spec["template"], "DaemonSet", pod_template, errors);
  validate_not_negative(path / "minReadySeconds", spec["minReadySeconds"], errors);
  validate_daemon_strategy(spec["updateStrategy"], path / "updateStrategy", errors);
  validate_not_negative(path / "revisionHistoryLimit", spec["revisionHistoryLimit"], errors);
  check_immutable_selector(spec, old, errors);
}

}  // namespace inferlab::sim
