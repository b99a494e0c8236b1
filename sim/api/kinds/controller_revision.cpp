// ControllerRevision: a version of a workload's template, kept to go back to.
#include "sim/api/kinds/age.h"
#include "sim/api/kinds/kinds.h"
#include "sim/api/kinds/verbs.h"
#include "sim/api/types/types.h"
#include "sim/api/validation/field_rules.h"
#include "sim/api/validation/pod_spec_validation.h"

namespace inferlab::sim::types {
namespace {

constexpr Field kControllerRevisionFields[] = {
    {.name = "apiVersion",
     .description = "The version of the schema in which this object is written.",
     .omit_zero = true},
    {.name = "data", .type = FieldType::kRaw, .description = "The version; cannot be changed."},
    {.name = "kind", .description = "What kind of object this is.", .omit_zero = true},
    {.name = "metadata",
     .type = FieldType::kObject,
     .object = &kObjectMeta,
     .description = "Name, labels and what else every object has.",
     .default_json = "{}"},
    {.name = "revision",
     .type = FieldType::kInt64,
     .description = "Its number: the higher the newer.",
     .required = true,
     .default_json = "0"},
};
constinit const Type kControllerRevision = {
    "io.k8s.api.apps.v1.ControllerRevision",
    "A version of the template of a StatefulSet or DaemonSet, kept to go back to.",
    kControllerRevisionFields};

}  // namespace

}  // namespace inferlab::sim::types

namespace inferlab::sim::kinds {
namespace {

constexpr PrintColumn kColumns[] = {{"Name", "string", "name"},
                                    {"Controller", "string", ""},
                                    {"Revision", "string", ""},
                                    {"Age", "string", ""}};

// "statefulset.apps/web".
std::string controller_of(const Value& object) {
  for (const Value& owner : object["metadata"]["ownerReferences"].items()) {
    if (!owner["controller"].as_bool()) continue;
    std::string out = owner["kind"].str();
    for (char& c : out) c = c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c;
    const std::string_view version = owner["apiVersion"].as_string();
    if (const std::size_t slash = version.find('/'); slash != std::string_view::npos) {
      out.append(".").append(version.substr(0, slash));
    }
    return out + "/" + owner["name"].str();
  }
  return "<none>";
}

std::vector<Value> cells(const Value& object, Time now) {
  return {object["metadata"]["name"], controller_of(object), object["revision"].as_int(),
          age_of(object, now)};
}

// Source: Kubernetes 1.32, pkg/apis/apps/validation.
void validate(const Value& object, const Value& old, FieldErrors& errors) {
  validate_not_negative("revision", object["revision"], errors);
  if (old.is_null()) {
    if (object["data"].is_null()) errors.push_back(required("data", "data is mandatory"));
    return;
  }
  validate_immutable("data", object["data"], old["data"], errors);
}

}  // namespace

const Kind kControllerRevision = {.group = "apps",
                                  .version = "v1",
                                  .kind = "ControllerRevision",
                                  .plural = "controllerrevisions",
                                  .singular = "controllerrevision",
                                  .short_names = {},
                                  .categories = {},
                                  .verbs = all_verbs(),
                                  .subresources = {},
                                  .schema = &types::kControllerRevision,
                                  .validate = validate,
                                  .columns = kColumns,
                                  .cells = cells};

}  // namespace inferlab::sim::kinds
