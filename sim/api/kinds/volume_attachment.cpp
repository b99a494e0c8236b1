// VolumeAttachment: a volume to be attached to a node.
#include "sim/api/kinds/age.h"
#include "sim/api/kinds/kinds.h"
#include "sim/api/kinds/verbs.h"
#include "sim/api/types/types.h"
#include "sim/api/validation/field_rules.h"

namespace inferlab::sim::types {
namespace {

constexpr Field kStorageVolumeAttachmentSourceFields[] = {
    {.name = "inlineVolumeSpec", .type = FieldType::kObject, .object = &kPersistentVolumeSpec},
    {.name = "persistentVolumeName"},
};
constinit const Type kStorageVolumeAttachmentSource = {
    "io.k8s.api.storage.v1.VolumeAttachmentSource", "", kStorageVolumeAttachmentSourceFields};

constexpr Field kStorageVolumeAttachmentSpecFields[] = {
    {.name = "attacher",
     .description = "The driver that has to attach it.",
     .required = true,
     .default_json = "\"\""},
    {.name = "nodeName", .description = "The node.", .required = true, .default_json = "\"\""},
    {.name = "source",
     .type = FieldType::kObject,
     .object = &kStorageVolumeAttachmentSource,
     .description = "The volume.",
     .required = true,
     .default_json = "{}"},
};
constinit const Type kStorageVolumeAttachmentSpec = {"io.k8s.api.storage.v1.VolumeAttachmentSpec",
                                                     "", kStorageVolumeAttachmentSpecFields};

constexpr Field kStorageVolumeErrorFields[] = {
    {.name = "message", .omit_zero = true},
    {.name = "time", .type = FieldType::kTime},
};
constinit const Type kStorageVolumeError = {"io.k8s.api.storage.v1.VolumeError", "",
                                            kStorageVolumeErrorFields};

constexpr Field kStorageVolumeAttachmentStatusFields[] = {
    {.name = "attachError", .type = FieldType::kObject, .object = &kStorageVolumeError},
    {.name = "attached", .type = FieldType::kBool, .required = true, .default_json = "false"},
    {.name = "attachmentMetadata", .type = FieldType::kMap},
    {.name = "detachError", .type = FieldType::kObject, .object = &kStorageVolumeError},
};
constinit const Type kStorageVolumeAttachmentStatus = {
    "io.k8s.api.storage.v1.VolumeAttachmentStatus", "", kStorageVolumeAttachmentStatusFields};

constexpr Field kStorageVolumeAttachmentFields[] = {
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
     .object = &kStorageVolumeAttachmentSpec,
     .description = "What is wished for.",
     .required = true,
     .default_json = "{}"},
    {.name = "status",
     .type = FieldType::kObject,
     .object = &kStorageVolumeAttachmentStatus,
     .description = "What was last observed.",
     .default_json = "{}"},
};
constinit const Type kStorageVolumeAttachment = {
    "io.k8s.api.storage.v1.VolumeAttachment",
    "A volume to be attached to a node, and whether it is.", kStorageVolumeAttachmentFields};

}  // namespace

}  // namespace inferlab::sim::types

namespace inferlab::sim::kinds {
namespace {

constexpr PrintColumn kColumns[] = {{"Name", "string", "name"},  {"Attacher", "string", "name"},
                                    {"PV", "string", ""},        {"Node", "string", ""},
                                    {"Attached", "boolean", ""}, {"Age", "string", ""}};

std::vector<Value> cells(const Value& object, Time now) {
  const Value& spec = object["spec"];
  return {object["metadata"]["name"],
          spec["attacher"],
          spec["source"]["persistentVolumeName"].str(),
          spec["nodeName"],
          object["status"]["attached"].as_bool(),
          age_of(object, now)};
}

// Source: Kubernetes 1.32, pkg/apis/storage/validation.
void validate(const Value& object, const Value& old, FieldErrors& errors) {
  const Value& spec = object["spec"];
  if (!old.is_null()) {
    validate_immutable("spec", spec, old["spec"], errors);
    return;
  }
  const FieldPath path("spec");
  if (spec["attacher"].empty()) errors.push_back(required(path / "attacher"));
  constexpr std::string_view kOne =
      "must specify exactly one of inlineVolumeSpec and persistentVolumeName";
  const Value& source = spec["source"];
  const bool named = source.has("persistentVolumeName");
  if (named == source.has("inlineVolumeSpec")) {
    errors.push_back(named ? forbidden_field(path / "source", kOne)
                           : required(path / "source", kOne));
  } else if (named && source["persistentVolumeName"].empty()) {
    const FieldPath source_path = path / "source";
    errors.push_back(required(source_path / "persistentVolumeName",
                              "must specify non empty persistentVolumeName"));
  }
  if (spec["nodeName"].empty()) errors.push_back(required(path / "nodeName"));
}

Value prepare(Value object, const Value& old) {
  return old.is_null() ? object.with("status", Value::object({{"attached", false}})) : object;
}

}  // namespace

const Kind kVolumeAttachment = {.group = "storage.k8s.io",
                                .version = "v1",
                                .kind = "VolumeAttachment",
                                .plural = "volumeattachments",
                                .singular = "volumeattachment",
                                .short_names = {},
                                .categories = {},
                                .namespaced = false,
                                .verbs = all_verbs(),
                                .subresources = {"status"},
                                .schema = &types::kStorageVolumeAttachment,
                                .returns_deleted = true,
                                .validate = validate,
                                .prepare = prepare,
                                .columns = kColumns,
                                .cells = cells};

}  // namespace inferlab::sim::kinds
