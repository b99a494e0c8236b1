// PriorityClass: a name for a priority of Pods.
#include "sim/api/defaults/fill.h"
#include "sim/api/kinds/age.h"
#include "sim/api/kinds/kinds.h"
#include "sim/api/kinds/verbs.h"
#include "sim/api/system_priorities.h"
#include "sim/api/types/types.h"
#include "sim/api/validation/field_rules.h"

namespace inferlab::sim::types {
namespace {

constexpr Field kPriorityClassFields[] = {
    {.name = "apiVersion",
     .description = "The version of the schema in which this object is written.",
     .omit_zero = true},
    {.name = "description", .description = "When to use it.", .omit_zero = true},
    {.name = "globalDefault",
     .type = FieldType::kBool,
     .description = "Whether Pods that name no class get this one.",
     .omit_zero = true},
    {.name = "kind", .description = "What kind of object this is.", .omit_zero = true},
    {.name = "metadata",
     .type = FieldType::kObject,
     .object = &kObjectMeta,
     .description = "Name, labels and what else every object has.",
     .default_json = "{}"},
    {.name = "preemptionPolicy",
     .description = "PreemptLowerPriority, or Never: first in the queue, but pushes nobody off."},
    {.name = "value",
     .type = FieldType::kInt32,
     .description = "The priority; cannot be changed.",
     .required = true,
     .default_json = "0"},
};
constinit const Type kPriorityClass = {
    "io.k8s.api.scheduling.v1.PriorityClass",
    "A name for a priority: Pods of a higher one go first and may push others off their node.",
    kPriorityClassFields};

}  // namespace

}  // namespace inferlab::sim::types

namespace inferlab::sim::kinds {
namespace {

constexpr PrintColumn kColumns[] = {{"Name", "string", "name"},
                                    {"Value", "integer", ""},
                                    {"Global-Default", "boolean", ""},
                                    {"Age", "string", ""},
                                    {"PreemptionPolicy", "string", ""}};

constexpr std::int64_t kHighestOfUsers = 1'000'000'000;

std::vector<Value> cells(const Value& object, Time now) {
  return {object["metadata"]["name"], object["value"].as_int(), object["globalDefault"].as_bool(),
          age_of(object, now), object["preemptionPolicy"]};
}

Value set_defaults(Value object) {
  return filled(object, {{"preemptionPolicy", "PreemptLowerPriority"}});
}

// What is wrong with a class whose name is reserved.
std::string system_class_fault(const Value& object) {
  const std::string name = object["metadata"]["name"].str();
  const SystemPriority* known = system_priority(name);
  if (known == nullptr) return name + " is not a known system priority class";
  if (object["value"].as_int() != known->value) {
    return "value of " + name + " PriorityClass must be " + std::to_string(known->value);
  }
  if (object["globalDefault"].as_bool()) {
    return "globalDefault of " + name + " PriorityClass must be false";
  }
  return "";
}

// Source: Kubernetes 1.32, pkg/apis/scheduling/validation.
void validate(const Value& object, const Value& old, FieldErrors& errors) {
  if (!old.is_null()) {
    if (object["value"] != old["value"])
      errors.push_back(forbidden_field("value", "may not be changed in an update."));
    validate_immutable("preemptionPolicy", object["preemptionPolicy"], old["preemptionPolicy"],
                       errors);
    return;
  }
  const FieldPath meta("metadata");
  if (object["metadata"]["name"].as_string().starts_with("system-")) {
    if (const std::string why = system_class_fault(object); !why.empty()) {
      errors.push_back(forbidden_field(meta / "name",
                                       "priority class names with 'system-' prefix are reserved "
                                       "for system use only. error: " +
                                           why));
    }
  } else if (object["value"].as_int() > kHighestOfUsers) {
    errors.push_back(forbidden_field(
        "value",
        "maximum allowed value of a user defined priority is " + std::to_string(kHighestOfUsers)));
  }
  validate_one_of("preemptionPolicy", object["preemptionPolicy"], {"PreemptLowerPriority", "Never"},
                  errors);
}

}  // namespace

const Kind kPriorityClass = {.group = "scheduling.k8s.io",
                             .version = "v1",
                             .kind = "PriorityClass",
                             .plural = "priorityclasses",
                             .singular = "priorityclass",
                             .short_names = {"pc"},
                             .categories = {},
                             .namespaced = false,
                             .verbs = all_verbs(),
                             .subresources = {},
                             .schema = &types::kPriorityClass,
                             .counts_generation = true,
                             .set_defaults = set_defaults,
                             .validate = validate,
                             .columns = kColumns,
                             .cells = cells};

}  // namespace inferlab::sim::kinds
