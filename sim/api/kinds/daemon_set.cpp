// DaemonSet: one Pod on each node that it fits.
#include "sim/api/defaults/fill.h"
#include "sim/api/defaults/pod_defaults.h"
#include "sim/api/kinds/age.h"
#include "sim/api/kinds/cells.h"
#include "sim/api/kinds/kinds.h"
#include "sim/api/kinds/pod_template_cells.h"
#include "sim/api/kinds/verbs.h"
#include "sim/api/types/types.h"
#include "sim/api/validation/workload_validation.h"

namespace inferlab::sim::types {
namespace {

constexpr Field kRollingUpdateDaemonSetFields[] = {
    {.name = "maxSurge",
     .type = FieldType::kIntOrString,
     .description = "On how many nodes a new Pod may run beside the old one, or a percentage."},
    {.name = "maxUnavailable",
     .type = FieldType::kIntOrString,
     .description = "On how many nodes the Pod may be missing during an update, or a percentage; 1 "
                    "if not stated."},
};
constinit const Type kRollingUpdateDaemonSet = {"io.k8s.api.apps.v1.RollingUpdateDaemonSet", "",
                                                kRollingUpdateDaemonSetFields};

constexpr Field kDaemonSetUpdateStrategyFields[] = {
    {.name = "rollingUpdate", .type = FieldType::kObject, .object = &kRollingUpdateDaemonSet},
    {.name = "type", .description = "RollingUpdate or OnDelete.", .omit_zero = true},
};
constinit const Type kDaemonSetUpdateStrategy = {"io.k8s.api.apps.v1.DaemonSetUpdateStrategy", "",
                                                 kDaemonSetUpdateStrategyFields};

constexpr Field kDaemonSetSpecFields[] = {
    {.name = "minReadySeconds",
     .type = FieldType::kInt32,
     .description = "Seconds that a new Pod must be ready before it counts as available.",
     .omit_zero = true},
    {.name = "revisionHistoryLimit",
     .type = FieldType::kInt32,
     .description = "How many old versions of the template are kept; 10 if not stated."},
    {.name = "selector",
     .type = FieldType::kObject,
     .object = &kLabelSelector,
     .description =
         "Which Pods belong to it; must match the template's labels and cannot be changed.",
     .required = true,
     .atomic_map = true},
    {.name = "template",
     .type = FieldType::kObject,
     .object = &kPodTemplateSpec,
     .description = "The Pods to make; its node selector and affinity say on which nodes.",
     .required = true,
     .default_json = "{}"},
    {.name = "updateStrategy",
     .type = FieldType::kObject,
     .object = &kDaemonSetUpdateStrategy,
     .description = "How Pods are replaced when the template changes.",
     .default_json = "{}"},
};
constinit const Type kDaemonSetSpec = {"io.k8s.api.apps.v1.DaemonSetSpec", "",
                                       kDaemonSetSpecFields};

constexpr Field kDaemonSetConditionFields[] = {
    {.name = "lastTransitionTime", .type = FieldType::kTime, .default_json = "null"},
    {.name = "message", .omit_zero = true},
    {.name = "reason", .omit_zero = true},
    {.name = "status", .required = true, .default_json = "\"\""},
    {.name = "type", .required = true, .default_json = "\"\""},
};
constinit const Type kDaemonSetCondition = {"io.k8s.api.apps.v1.DaemonSetCondition", "",
                                            kDaemonSetConditionFields};

constexpr Field kDaemonSetStatusFields[] = {
    {.name = "collisionCount", .type = FieldType::kInt32},
    {.name = "conditions",
     .type = FieldType::kList,
     .element = FieldType::kObject,
     .object = &kDaemonSetCondition,
     .merge_key = "type",
     .patch_strategy = "merge",
     .list_type = "map",
     .list_map_keys = "type"},
    {.name = "currentNumberScheduled",
     .type = FieldType::kInt32,
     .required = true,
     .default_json = "0"},
    {.name = "desiredNumberScheduled",
     .type = FieldType::kInt32,
     .required = true,
     .default_json = "0"},
    {.name = "numberAvailable", .type = FieldType::kInt32, .omit_zero = true},
    {.name = "numberMisscheduled",
     .type = FieldType::kInt32,
     .required = true,
     .default_json = "0"},
    {.name = "numberReady", .type = FieldType::kInt32, .required = true, .default_json = "0"},
    {.name = "numberUnavailable", .type = FieldType::kInt32, .omit_zero = true},
    {.name = "observedGeneration", .type = FieldType::kInt64, .omit_zero = true},
    {.name = "updatedNumberScheduled", .type = FieldType::kInt32, .omit_zero = true},
};
constinit const Type kDaemonSetStatus = {"io.k8s.api.apps.v1.DaemonSetStatus", "",
                                         kDaemonSetStatusFields};

constexpr Field kDaemonSetFields[] = {
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
     .object = &kDaemonSetSpec,
     .description = "What is wished for.",
     .default_json = "{}"},
    {.name = "status",
     .type = FieldType::kObject,
     .object = &kDaemonSetStatus,
     .description = "What was last observed.",
     .default_json = "{}"},
};
constinit const Type kDaemonSet = {
    "io.k8s.api.apps.v1.DaemonSet",
    "One Pod on each node that it fits: drivers, device plugins, log collectors.",
    kDaemonSetFields};

}  // namespace

}  // namespace inferlab::sim::types

namespace inferlab::sim::kinds {
namespace {

constexpr PrintColumn kColumns[] = {
    {"Name", "string", "name"},      {"Desired", "integer", ""},    {"Current", "integer", ""},
    {"Ready", "integer", ""},        {"Up-to-date", "integer", ""}, {"Available", "integer", ""},
    {"Node Selector", "string", ""}, {"Age", "string", ""},         {"Containers", "string", "", 1},
    {"Images", "string", "", 1},     {"Selector", "string", "", 1}};

// Counts the versions of the template, as clients of old read them.
constexpr std::string_view kTemplateGeneration = "deprecated.daemonset.template.generation";

std::vector<Value> cells(const Value& object, Time now) {
  const Value& status = object["status"];
  const Value& spec = object["spec"];
  return {object["metadata"]["name"],
          status["desiredNumberScheduled"].as_int(),
          status["currentNumberScheduled"].as_int(),
          status["numberReady"].as_int(),
          status["updatedNumberScheduled"].as_int(),
          status["numberAvailable"].as_int(),
          label_map_text(spec["template"]["spec"]["nodeSelector"]),
          age_of(object, now),
          container_names(spec["template"]),
          container_images(spec["template"]),
          selector_text(spec["selector"])};
}

Value set_defaults(Value object) {
  const Value& given = object["spec"];
  Value spec = filled(given, {{"revisionHistoryLimit", 10}});
  Value strategy = filled(spec["updateStrategy"], {{"type", "RollingUpdate"}});
  if (strategy["type"].as_string() == "RollingUpdate") {
    const Value rolling =
        filled(strategy["rollingUpdate"], {{"maxSurge", 0}, {"maxUnavailable", 1}});
    if (!same_document(rolling, strategy["rollingUpdate"]))
      strategy = strategy.with("rollingUpdate", rolling);
  }
  if (!same_document(strategy, spec["updateStrategy"]))
    spec = spec.with("updateStrategy", strategy);
  const Value pod_template = default_pod_template(spec["template"]);
  if (!same_document(pod_template, spec["template"])) spec = spec.with("template", pod_template);
  return same_document(spec, given) ? object : object.with("spec", spec);
}

std::int64_t template_generation(const Value& object) {
  const std::string text = object["metadata"]["annotations"][kTemplateGeneration].str();
  const bool number = !text.empty() && text.size() < 10 &&
                      text.find_first_not_of("0123456789") == std::string::npos;
  return number ? std::stoll(text) : 0;
}

Value prepare(Value object, const Value& old) {
  std::int64_t generation = 1;
  if (old.is_null()) {
    object = object.with("status", Value::object({{"currentNumberScheduled", 0},
                                                  {"desiredNumberScheduled", 0},
                                                  {"numberMisscheduled", 0},
                                                  {"numberReady", 0}}));
  } else {
    const bool changed = object["spec"]["template"] != old["spec"]["template"];
    generation = template_generation(old) + (changed ? 1 : 0);
  }
  return object.with_path({"metadata", "annotations", kTemplateGeneration},
                          Value(std::to_string(generation)));
}

}  // namespace

const Kind kDaemonSet = {.group = "apps",
                         .version = "v1",
                         .kind = "DaemonSet",
                         .plural = "daemonsets",
                         .singular = "daemonset",
                         .short_names = {"ds"},
                         .categories = {"all"},
                         .verbs = all_verbs(),
                         .subresources = {"status"},
                         .schema = &types::kDaemonSet,
                         .counts_generation = true,
                         .set_defaults = set_defaults,
                         .validate = validate_daemon_set,
                         .prepare = prepare,
                         .columns = kColumns,
                         .cells = cells};

}  // namespace inferlab::sim::kinds
