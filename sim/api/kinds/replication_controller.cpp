// ReplicationController: keeps a number of equal Pods; what ReplicaSets were before.
#include "sim/api/defaults/fill.h"
#include "sim/api/defaults/pod_defaults.h"
#include "sim/api/kinds/age.h"
#include "sim/api/kinds/cells.h"
#include "sim/api/kinds/kinds.h"
#include "sim/api/kinds/pod_template_cells.h"
#include "sim/api/kinds/verbs.h"
#include "sim/api/selector.h"
#include "sim/api/types/types.h"
#include "sim/api/validation/field_rules.h"
#include "sim/api/validation/go_text.h"
#include "sim/api/validation/pod_spec_validation.h"
#include "sim/api/validation/workload_validation.h"

namespace inferlab::sim::types {
namespace {

constexpr Field kReplicationControllerSpecFields[] = {
    {.name = "minReadySeconds", .type = FieldType::kInt32, .omit_zero = true},
    {.name = "replicas",
     .type = FieldType::kInt32,
     .description = "How many Pods there should be; 1 if not stated."},
    {.name = "selector",
     .type = FieldType::kMap,
     .description = "Which Pods belong to it; the labels of the template if not stated.",
     .atomic_map = true},
    {.name = "template",
     .type = FieldType::kObject,
     .object = &kPodTemplateSpec,
     .description = "The Pods to make."},
};
constinit const Type kReplicationControllerSpec = {"io.k8s.api.core.v1.ReplicationControllerSpec",
                                                   "", kReplicationControllerSpecFields};

constexpr Field kReplicationControllerConditionFields[] = {
    {.name = "lastTransitionTime", .type = FieldType::kTime, .default_json = "null"},
    {.name = "message", .omit_zero = true},
    {.name = "reason", .omit_zero = true},
    {.name = "status", .required = true, .default_json = "\"\""},
    {.name = "type", .required = true, .default_json = "\"\""},
};
constinit const Type kReplicationControllerCondition = {
    "io.k8s.api.core.v1.ReplicationControllerCondition", "", kReplicationControllerConditionFields};

constexpr Field kReplicationControllerStatusFields[] = {
    {.name = "availableReplicas", .type = FieldType::kInt32, .omit_zero = true},
    {.name = "conditions",
     .type = FieldType::kList,
     .element = FieldType::kObject,
     .object = &kReplicationControllerCondition,
     .merge_key = "type",
     .patch_strategy = "merge",
     .list_type = "map",
     .list_map_keys = "type"},
    {.name = "fullyLabeledReplicas", .type = FieldType::kInt32, .omit_zero = true},
    {.name = "observedGeneration", .type = FieldType::kInt64, .omit_zero = true},
    {.name = "readyReplicas", .type = FieldType::kInt32, .omit_zero = true},
    {.name = "replicas", .type = FieldType::kInt32, .required = true, .default_json = "0"},
};
constinit const Type kReplicationControllerStatus = {
    "io.k8s.api.core.v1.ReplicationControllerStatus", "", kReplicationControllerStatusFields};

constexpr Field kReplicationControllerFields[] = {
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
     .object = &kReplicationControllerSpec,
     .description = "What is wished for.",
     .default_json = "{}"},
    {.name = "status",
     .type = FieldType::kObject,
     .object = &kReplicationControllerStatus,
     .description = "What was last observed.",
     .default_json = "{}"},
};
constinit const Type kReplicationController = {
    "io.k8s.api.core.v1.ReplicationController",
    "Keeps a number of equal Pods running; the older form of a ReplicaSet.",
    kReplicationControllerFields};

}  // namespace

}  // namespace inferlab::sim::types

namespace inferlab::sim::kinds {
namespace {

constexpr PrintColumn kColumns[] = {{"Name", "string", "name"},  {"Desired", "integer", ""},
                                    {"Current", "integer", ""},  {"Ready", "integer", ""},
                                    {"Age", "string", ""},       {"Containers", "string", "", 1},
                                    {"Images", "string", "", 1}, {"Selector", "string", "", 1}};

std::vector<Value> cells(const Value& object, Time now) {
  const Value& status = object["status"];
  const Value& spec = object["spec"];
  return {object["metadata"]["name"],
          spec["replicas"].as_int(),
          status["replicas"].as_int(),
          status["readyReplicas"].as_int(),
          age_of(object, now),
          container_names(spec["template"]),
          container_images(spec["template"]),
          label_map_text(spec["selector"])};
}

// The labels of the template stand for what is not stated.
Value set_defaults(Value object) {
  const Value& given = object["spec"];
  Value spec = filled(given, {{"replicas", 1}});
  const Value& labels = given["template"]["metadata"]["labels"];
  if (!labels.empty()) {
    if (spec["selector"].empty()) spec = spec.with("selector", labels);
    if (object["metadata"]["labels"].empty())
      object = object.with_path({"metadata", "labels"}, labels);
  }
  if (spec.has("template")) spec = spec.with("template", default_pod_template(spec["template"]));
  return object.with("spec", spec);
}

// Source: Kubernetes 1.32, pkg/apis/core/validation.
void validate(const Value& object, const Value& old, FieldErrors& errors) {
  validate_replica_set_status(object, old, errors);
  const Value& spec = object["spec"];
  if (!old.is_null() && spec == old["spec"]) return;
  const FieldPath path("spec");
  validate_not_negative(path / "minReadySeconds", spec["minReadySeconds"], errors);
  if (spec["selector"].empty()) errors.push_back(required(path / "selector"));
  validate_not_negative(path / "replicas", spec["replicas"], errors);
  const FieldPath pod_template = path / "template";
  if (!spec.has("template")) {
    errors.push_back(required(pod_template));
    return;
  }
  const Value& labels = spec["template"]["metadata"]["labels"];
  if (!spec["selector"].empty() &&
      !LabelSelector::from_map(spec["selector"]).matches(labels_from(labels))) {
    const FieldPath meta = pod_template / "metadata";
    errors.push_back(invalid_raw(meta / "labels", go_string_map(labels),
                                 "`selector` does not match template `labels`"));
  }
  validate_pod_template(spec["template"], pod_template, errors);
  validate_always_restarts(spec["template"], "ReplicationController", pod_template, errors);
}

Value prepare(Value object, const Value& old) {
  return old.is_null() ? object.with("status", Value::object({{"replicas", 0}})) : object;
}

std::vector<std::pair<std::string, std::string>> selectable_fields(const Value& object) {
  return {{"status.replicas", std::to_string(object["status"]["replicas"].as_int())}};
}

}  // namespace

const Kind kReplicationController = {.group = "",
                                     .version = "v1",
                                     .kind = "ReplicationController",
                                     .plural = "replicationcontrollers",
                                     .singular = "replicationcontroller",
                                     .short_names = {"rc"},
                                     .categories = {"all"},
                                     .verbs = all_verbs(),
                                     .subresources = {"scale", "status"},
                                     .schema = &types::kReplicationController,
                                     .counts_generation = true,
                                     .set_defaults = set_defaults,
                                     .validate = validate,
                                     .prepare = prepare,
                                     .columns = kColumns,
                                     .cells = cells,
                                     .selectable_fields = selectable_fields};

}  // namespace inferlab::sim::kinds
