// StorageClass: a kind of storage and who makes volumes of it.
#include "sim/api/defaults/fill.h"
#include "sim/api/kinds/age.h"
#include "sim/api/kinds/kinds.h"
#include "sim/api/kinds/verbs.h"
#include "sim/api/types/types.h"
#include "sim/api/validation/field_rules.h"
#include "sim/api/validation/names.h"
#include "sim/api/validation/pod_spec_validation.h"

namespace inferlab::sim::types {
namespace {

constexpr Field kTopologySelectorLabelRequirementFields[] = {
    {.name = "key", .required = true, .default_json = "\"\""},
    {.name = "values", .type = FieldType::kList, .required = true, .list_type = "atomic"},
};
constinit const Type kTopologySelectorLabelRequirement = {
    "io.k8s.api.core.v1.TopologySelectorLabelRequirement", "",
    kTopologySelectorLabelRequirementFields};

constexpr Field kTopologySelectorTermFields[] = {
    {.name = "matchLabelExpressions",
     .type = FieldType::kList,
     .element = FieldType::kObject,
     .object = &kTopologySelectorLabelRequirement,
     .list_type = "atomic"},
};
constinit const Type kTopologySelectorTerm = {"io.k8s.api.core.v1.TopologySelectorTerm", "",
                                              kTopologySelectorTermFields};

constexpr Field kStorageClassFields[] = {
    {.name = "allowVolumeExpansion",
     .type = FieldType::kBool,
     .description = "Whether claims may grow."},
    {.name = "allowedTopologies",
     .type = FieldType::kList,
     .element = FieldType::kObject,
     .object = &kTopologySelectorTerm,
     .description = "Where its volumes may be made.",
     .list_type = "atomic"},
    {.name = "apiVersion",
     .description = "The version of the schema in which this object is written.",
     .omit_zero = true},
    {.name = "kind", .description = "What kind of object this is.", .omit_zero = true},
    {.name = "metadata",
     .type = FieldType::kObject,
     .object = &kObjectMeta,
     .description = "Name, labels and what else every object has.",
     .default_json = "{}"},
    {.name = "mountOptions",
     .type = FieldType::kList,
     .description = "Options with which its volumes are mounted.",
     .list_type = "atomic"},
    {.name = "parameters", .type = FieldType::kMap, .description = "What the driver is told."},
    {.name = "provisioner",
     .description = "The driver that makes the volumes.",
     .required = true,
     .default_json = "\"\""},
    {.name = "reclaimPolicy",
     .description =
         "What becomes of a volume made for a claim when the claim is gone; Delete if not stated."},
    {.name = "volumeBindingMode",
     .description =
         "Immediate, or WaitForFirstConsumer: bind once a Pod that uses the claim is scheduled."},
};
constinit const Type kStorageClass = {"io.k8s.api.storage.v1.StorageClass",
                                      "A kind of storage and who makes volumes of it.",
                                      kStorageClassFields};

}  // namespace

}  // namespace inferlab::sim::types

namespace inferlab::sim::kinds {
namespace {

constexpr PrintColumn kColumns[] = {{"Name", "string", "name"},
                                    {"Provisioner", "string", ""},
                                    {"ReclaimPolicy", "string", ""},
                                    {"VolumeBindingMode", "string", ""},
                                    {"AllowVolumeExpansion", "string", ""},
                                    {"Age", "string", ""}};

std::vector<Value> cells(const Value& object, Time now) {
  const Value& annotations = object["metadata"]["annotations"];
  const bool is_default =
      annotations["storageclass.kubernetes.io/is-default-class"].as_string() == "true" ||
      annotations["storageclass.beta.kubernetes.io/is-default-class"].as_string() == "true";
  return {object["metadata"]["name"].str() + (is_default ? " (default)" : ""),
          object["provisioner"],
          object["reclaimPolicy"],
          object["volumeBindingMode"],
          object["allowVolumeExpansion"].as_bool(),
          age_of(object, now)};
}

Value set_defaults(Value object) {
  return filled(object, {{"reclaimPolicy", "Delete"}, {"volumeBindingMode", "Immediate"}});
}

// Source: Kubernetes 1.32, pkg/apis/storage/validation.
void validate(const Value& object, const Value& old, FieldErrors& errors) {
  if (!old.is_null()) {
    for (const char* field : {"parameters", "provisioner", "reclaimPolicy"}) {
      if (object[field] != old[field]) {
        errors.push_back(
            forbidden_field(field, "updates to " + std::string(field) + " are forbidden."));
      }
    }
    validate_immutable("volumeBindingMode", object["volumeBindingMode"], old["volumeBindingMode"],
                       errors);
    return;
  }
  const Value& provisioner = object["provisioner"];
  if (provisioner.empty()) {
    errors.push_back(required("provisioner"));
  } else {
    std::string lower = provisioner.str();
    for (char& c : lower) c = c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c;
    add_name_errors("provisioner", provisioner, check_qualified_name(lower), errors);
  }
  validate_one_of("reclaimPolicy", object["reclaimPolicy"], {"Delete", "Retain"}, errors);
  validate_one_of("volumeBindingMode", object["volumeBindingMode"],
                  {"Immediate", "WaitForFirstConsumer"}, errors);
}

}  // namespace

const Kind kStorageClass = {.group = "storage.k8s.io",
                            .version = "v1",
                            .kind = "StorageClass",
                            .plural = "storageclasses",
                            .singular = "storageclass",
                            .short_names = {"sc"},
                            .categories = {},
                            .namespaced = false,
                            .verbs = all_verbs(),
                            .subresources = {},
                            .schema = &types::kStorageClass,
                            .returns_deleted = true,
                            .set_defaults = set_defaults,
                            .validate = validate,
                            .columns = kColumns,
                            .cells = cells};

}  // namespace inferlab::sim::kinds
