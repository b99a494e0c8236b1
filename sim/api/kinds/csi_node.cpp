// CSINode: which storage drivers a node has, and how many volumes of each it takes.
#include "sim/api/kinds/age.h"
#include "sim/api/kinds/kinds.h"
#include "sim/api/kinds/verbs.h"
#include "sim/api/types/types.h"
#include "sim/api/validation/field_rules.h"
#include "sim/api/validation/pod_spec_validation.h"

namespace inferlab::sim::types {
namespace {

constexpr Field kStorageVolumeNodeResourcesFields[] = {
    {.name = "count", .type = FieldType::kInt32, .omit_zero = true},
};
constinit const Type kStorageVolumeNodeResources = {"io.k8s.api.storage.v1.VolumeNodeResources", "",
                                                    kStorageVolumeNodeResourcesFields};

constexpr Field kCSINodeDriverFields[] = {
    {.name = "allocatable", .type = FieldType::kObject, .object = &kStorageVolumeNodeResources},
    {.name = "name", .required = true, .default_json = "\"\""},
    {.name = "nodeID", .required = true, .default_json = "\"\""},
    {.name = "topologyKeys", .type = FieldType::kList, .list_type = "atomic"},
};
constinit const Type kCSINodeDriver = {"io.k8s.api.storage.v1.CSINodeDriver", "",
                                       kCSINodeDriverFields};

constexpr Field kCSINodeSpecFields[] = {
    {.name = "drivers",
     .type = FieldType::kList,
     .element = FieldType::kObject,
     .object = &kCSINodeDriver,
     .required = true,
     .merge_key = "name",
     .patch_strategy = "merge",
     .list_type = "map",
     .list_map_keys = "name"},
};
constinit const Type kCSINodeSpec = {"io.k8s.api.storage.v1.CSINodeSpec", "", kCSINodeSpecFields};

constexpr Field kCSINodeFields[] = {
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
     .object = &kCSINodeSpec,
     .description = "What is wished for.",
     .required = true,
     .default_json = "{}"},
};
constinit const Type kCSINode = {
    "io.k8s.api.storage.v1.CSINode",
    "Which storage drivers a node has and how many volumes of each it can take.", kCSINodeFields};

}  // namespace

}  // namespace inferlab::sim::types

namespace inferlab::sim::kinds {
namespace {

constexpr PrintColumn kColumns[] = {
    {"Name", "string", "name"}, {"Drivers", "integer", ""}, {"Age", "string", ""}};

std::vector<Value> cells(const Value& object, Time now) {
  return {object["metadata"]["name"], static_cast<std::int64_t>(object["spec"]["drivers"].size()),
          age_of(object, now)};
}

// Source: Kubernetes 1.32, pkg/apis/storage/validation.
void validate(const Value& object, const Value&, FieldErrors& errors) {
  const FieldPath spec("spec");
  const FieldPath drivers = spec / "drivers";
  Names names;
  std::size_t index = 0;
  for (const Value& driver : object["spec"]["drivers"].items()) {
    const FieldPath at = drivers.index(index++);
    if (driver["name"].empty()) {
      errors.push_back(required(at / "name"));
    } else if (!names.insert(driver["name"].str()).second) {
      errors.push_back(duplicate(at / "name", driver["name"]));
    }
    if (driver["nodeID"].empty()) errors.push_back(required(at / "nodeID"));
    const FieldPath allocatable = at / "allocatable";
    validate_not_negative(allocatable / "count", driver["allocatable"]["count"], errors);
  }
}

}  // namespace

const Kind kCSINode = {.group = "storage.k8s.io",
                       .version = "v1",
                       .kind = "CSINode",
                       .plural = "csinodes",
                       .singular = "csinode",
                       .short_names = {},
                       .categories = {},
                       .namespaced = false,
                       .verbs = all_verbs(),
                       .subresources = {},
                       .schema = &types::kCSINode,
                       .returns_deleted = true,
                       .validate = validate,
                       .columns = kColumns,
                       .cells = cells};

}  // namespace inferlab::sim::kinds
