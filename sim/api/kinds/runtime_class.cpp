// RuntimeClass: a way to run containers, with what it costs and where it is found.
#include "sim/api/kinds/age.h"
#include "sim/api/kinds/kinds.h"
#include "sim/api/kinds/verbs.h"
#include "sim/api/types/types.h"
#include "sim/api/validation/field_rules.h"
#include "sim/api/validation/meta_validation.h"
#include "sim/api/validation/names.h"
#include "sim/api/validation/pod_spec_validation.h"

namespace inferlab::sim::types {
namespace {

constexpr Field kOverheadFields[] = {
    {.name = "podFixed", .type = FieldType::kMap, .element = FieldType::kQuantity},
};
constinit const Type kOverhead = {"io.k8s.api.node.v1.Overhead", "", kOverheadFields};

constexpr Field kSchedulingFields[] = {
    {.name = "nodeSelector", .type = FieldType::kMap, .atomic_map = true},
    {.name = "tolerations",
     .type = FieldType::kList,
     .element = FieldType::kObject,
     .object = &kToleration,
     .list_type = "atomic"},
};
constinit const Type kScheduling = {"io.k8s.api.node.v1.Scheduling", "", kSchedulingFields};

constexpr Field kRuntimeClassFields[] = {
    {.name = "apiVersion",
     .description = "The version of the schema in which this object is written.",
     .omit_zero = true},
    {.name = "handler",
     .description = "The name of it in the nodes' configuration; cannot be changed.",
     .required = true,
     .default_json = "\"\""},
    {.name = "kind", .description = "What kind of object this is.", .omit_zero = true},
    {.name = "metadata",
     .type = FieldType::kObject,
     .object = &kObjectMeta,
     .description = "Name, labels and what else every object has.",
     .default_json = "{}"},
    {.name = "overhead",
     .type = FieldType::kObject,
     .object = &kOverhead,
     .description = "What a Pod needs besides its containers."},
    {.name = "scheduling",
     .type = FieldType::kObject,
     .object = &kScheduling,
     .description = "Which nodes have it."},
};
constinit const Type kRuntimeClass = {"io.k8s.api.node.v1.RuntimeClass",
                                      "A way to run containers that Pods can name.",
                                      kRuntimeClassFields};

}  // namespace

}  // namespace inferlab::sim::types

namespace inferlab::sim::kinds {
namespace {

constexpr PrintColumn kColumns[] = {
    {"Name", "string", "name"}, {"Handler", "string", ""}, {"Age", "string", ""}};

std::vector<Value> cells(const Value& object, Time now) {
  return {object["metadata"]["name"], object["handler"], age_of(object, now)};
}

// Source: Kubernetes 1.32, pkg/apis/node/validation.
void validate(const Value& object, const Value& old, FieldErrors& errors) {
  if (!old.is_null()) {
    validate_immutable("handler", object["handler"], old["handler"], errors);
    return;
  }
  add_name_errors("handler", object["handler"], check_dns1123_label(object["handler"].as_string()),
                  errors);
  if (object.has("overhead")) {
    const FieldPath overhead("overhead");
    // They are validated as the limits of a container are.
    validate_resources(Value::object({{"limits", object["overhead"]["podFixed"]}}),
                       overhead / "podFixed", errors);
  }
  if (object.has("scheduling")) {
    const FieldPath scheduling("scheduling");
    validate_labels(object["scheduling"]["nodeSelector"], scheduling / "nodeSelector", errors);
    validate_tolerations(object["scheduling"]["tolerations"], scheduling / "tolerations", errors);
  }
}

}  // namespace

const Kind kRuntimeClass = {.group = "node.k8s.io",
                            .version = "v1",
                            .kind = "RuntimeClass",
                            .plural = "runtimeclasses",
                            .singular = "runtimeclass",
                            .short_names = {},
                            .categories = {},
                            .namespaced = false,
                            .verbs = all_verbs(),
                            .subresources = {},
                            .schema = &types::kRuntimeClass,
                            .validate = validate,
                            .columns = kColumns,
                            .cells = cells};

}  // namespace inferlab::sim::kinds
