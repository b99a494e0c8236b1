// PodTemplate: a template of Pods that stands by itself.
#include "sim/api/defaults/pod_defaults.h"
#include "sim/api/kinds/cells.h"
#include "sim/api/kinds/kinds.h"
#include "sim/api/kinds/pod_template_cells.h"
#include "sim/api/kinds/verbs.h"
#include "sim/api/types/types.h"
#include "sim/api/validation/field_rules.h"
#include "sim/api/validation/pod_spec_validation.h"

namespace inferlab::sim::types {
namespace {

constexpr Field kPodTemplateFields[] = {
    {.name = "apiVersion",
     .description = "The version of the schema in which this object is written.",
     .omit_zero = true},
    {.name = "kind", .description = "What kind of object this is.", .omit_zero = true},
    {.name = "metadata",
     .type = FieldType::kObject,
     .object = &kObjectMeta,
     .description = "Name, labels and what else every object has.",
     .default_json = "{}"},
    {.name = "template",
     .type = FieldType::kObject,
     .object = &kPodTemplateSpec,
     .description = "The Pods that would be made of it.",
     .default_json = "{}"},
};
constinit const Type kPodTemplate = {"io.k8s.api.core.v1.PodTemplate",
                                     "A template of Pods that others may copy.",
                                     kPodTemplateFields};

}  // namespace

}  // namespace inferlab::sim::types

namespace inferlab::sim::kinds {
namespace {

constexpr PrintColumn kColumns[] = {{"Name", "string", "name"},
                                    {"Containers", "string", ""},
                                    {"Images", "string", ""},
                                    {"Pod Labels", "string", ""}};

std::vector<Value> cells(const Value& object, Time) {
  const Value& pod_template = object["template"];
  return {object["metadata"]["name"], container_names(pod_template), container_images(pod_template),
          label_map_text(pod_template["metadata"]["labels"])};
}

Value set_defaults(Value object) {
  return object.with("template", default_pod_template(object["template"]));
}

// Source: Kubernetes 1.32, pkg/apis/core/validation.
void validate(const Value& object, const Value&, FieldErrors& errors) {
  validate_pod_template(object["template"], FieldPath("template"), errors);
}

}  // namespace

const Kind kPodTemplate = {.group = "",
                           .version = "v1",
                           .kind = "PodTemplate",
                           .plural = "podtemplates",
                           .singular = "podtemplate",
                           .short_names = {},
                           .categories = {},
                           .verbs = all_verbs(),
                           .subresources = {},
                           .schema = &types::kPodTemplate,
                           .counts_generation = true,
                           .returns_deleted = true,
                           .set_defaults = set_defaults,
                           .validate = validate,
                           .columns = kColumns,
                           .cells = cells};

}  // namespace inferlab::sim::kinds
