// PodDisruptionBudget: how many Pods of a group may be evicted at once.
#include "sim/api/kinds/age.h"
#include "sim/api/kinds/cells.h"
#include "sim/api/kinds/kinds.h"
#include "sim/api/kinds/verbs.h"
#include "sim/api/types/types.h"
#include "sim/api/validation/field_rules.h"
#include "sim/api/validation/go_text.h"
#include "sim/api/validation/meta_validation.h"
#include "sim/api/validation/names.h"

namespace inferlab::sim::types {
namespace {

constexpr Field kPodDisruptionBudgetSpecFields[] = {
    {.name = "maxUnavailable",
     .type = FieldType::kIntOrString,
     .description = "How many Pods may be missing, or which percentage."},
    {.name = "minAvailable",
     .type = FieldType::kIntOrString,
     .description = "How many Pods must stay available, or which percentage."},
    {.name = "selector",
     .type = FieldType::kObject,
     .object = &kLabelSelector,
     .description = "The Pods of the group.",
     .patch_strategy = "replace",
     .atomic_map = true},
    {.name = "unhealthyPodEvictionPolicy",
     .description =
         "Whether Pods that are not ready may always be evicted: AlwaysAllow, or IfHealthyBudget."},
};
constinit const Type kPodDisruptionBudgetSpec = {"io.k8s.api.policy.v1.PodDisruptionBudgetSpec", "",
                                                 kPodDisruptionBudgetSpecFields};

constexpr Field kPodDisruptionBudgetStatusFields[] = {
    {.name = "conditions",
     .type = FieldType::kList,
     .element = FieldType::kObject,
     .object = &kCondition,
     .merge_key = "type",
     .patch_strategy = "merge",
     .list_type = "map",
     .list_map_keys = "type"},
    {.name = "currentHealthy", .type = FieldType::kInt32, .required = true, .default_json = "0"},
    {.name = "desiredHealthy", .type = FieldType::kInt32, .required = true, .default_json = "0"},
    {.name = "disruptedPods", .type = FieldType::kMap, .element = FieldType::kTime},
    {.name = "disruptionsAllowed",
     .type = FieldType::kInt32,
     .description = "How many Pods may be evicted now.",
     .required = true,
     .default_json = "0"},
    {.name = "expectedPods", .type = FieldType::kInt32, .required = true, .default_json = "0"},
    {.name = "observedGeneration", .type = FieldType::kInt64, .omit_zero = true},
};
constinit const Type kPodDisruptionBudgetStatus = {"io.k8s.api.policy.v1.PodDisruptionBudgetStatus",
                                                   "", kPodDisruptionBudgetStatusFields};

constexpr Field kPodDisruptionBudgetFields[] = {
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
     .object = &kPodDisruptionBudgetSpec,
     .description = "What is wished for.",
     .default_json = "{}"},
    {.name = "status",
     .type = FieldType::kObject,
     .object = &kPodDisruptionBudgetStatus,
     .description = "What was last observed.",
     .default_json = "{}"},
};
constinit const Type kPodDisruptionBudget = {
    "io.k8s.api.policy.v1.PodDisruptionBudget",
    "How many Pods of a group may be evicted at the same time.", kPodDisruptionBudgetFields};

}  // namespace

}  // namespace inferlab::sim::types

namespace inferlab::sim::kinds {
namespace {

constexpr PrintColumn kColumns[] = {{"Name", "string", "name"},
                                    {"Min Available", "string", ""},
                                    {"Max Unavailable", "string", ""},
                                    {"Allowed Disruptions", "integer", ""},
                                    {"Age", "string", ""}};

std::vector<Value> cells(const Value& object, Time now) {
  const Value& spec = object["spec"];
  return {object["metadata"]["name"], int_or_string_text(spec["minAvailable"], "N/A"),
          int_or_string_text(spec["maxUnavailable"], "N/A"),
          object["status"]["disruptionsAllowed"].as_int(), age_of(object, now)};
}

// Source: Kubernetes 1.32, pkg/apis/policy/validation.
void validate(const Value& object, const Value& old, FieldErrors& errors) {
  const Value& spec = object["spec"];
  if (!old.is_null() && spec == old["spec"]) return;
  const FieldPath path("spec");
  if (spec.has("minAvailable") && spec.has("maxUnavailable")) {
    errors.push_back(invalid_raw(path, go_disruption_budget(spec),
                                 "minAvailable and maxUnavailable cannot be both set"));
  }
  for (const char* field : {"minAvailable", "maxUnavailable"}) {
    if (!spec.has(field)) continue;
    validate_int_or_percent(spec[field], path / field, errors);
    validate_at_most_100_percent(spec[field], path / field, errors);
  }
  validate_label_selector(spec["selector"], path / "selector", errors);
  if (spec.has("unhealthyPodEvictionPolicy")) {
    validate_one_of(path / "unhealthyPodEvictionPolicy", spec["unhealthyPodEvictionPolicy"],
                    {"AlwaysAllow", "IfHealthyBudget"}, errors);
  }
}

Value prepare(Value object, const Value& old) {
  if (!old.is_null()) return object;
  return object.with("status", Value::object({{"currentHealthy", 0},
                                              {"desiredHealthy", 0},
                                              {"disruptionsAllowed", 0},
                                              {"expectedPods", 0}}));
}

}  // namespace

const Kind kPodDisruptionBudget = {.group = "policy",
                                   .version = "v1",
                                   .kind = "PodDisruptionBudget",
                                   .plural = "poddisruptionbudgets",
                                   .singular = "poddisruptionbudget",
                                   .short_names = {"pdb"},
                                   .categories = {},
                                   .verbs = all_verbs(),
                                   .subresources = {"status"},
                                   .schema = &types::kPodDisruptionBudget,
                                   .counts_generation = true,
                                   .check_name = check_path_segment,
                                   .validate = validate,
                                   .prepare = prepare,
                                   .columns = kColumns,
                                   .cells = cells};

}  // namespace inferlab::sim::kinds
