// PersistentVolumeClaim: a wish for storage.
#include "sim/api/defaults/fill.h"
#include "sim/api/kinds/age.h"
#include "sim/api/kinds/cells.h"
#include "sim/api/kinds/kinds.h"
#include "sim/api/kinds/verbs.h"
#include "sim/api/types/types.h"
#include "sim/api/validation/storage_validation.h"

namespace inferlab::sim::kinds {
namespace {

constexpr PrintColumn kColumns[] = {{"Name", "string", "name"},
                                    {"Status", "string", ""},
                                    {"Volume", "string", ""},
                                    {"Capacity", "string", ""},
                                    {"Access Modes", "string", ""},
                                    {"StorageClass", "string", ""},
                                    {"VolumeAttributesClass", "string", ""},
                                    {"Age", "string", ""},
                                    {"VolumeMode", "string", "", 1}};

std::vector<Value> cells(const Value& object, Time now) {
  const Value& meta = object["metadata"];
  const Value& spec = object["spec"];
  const Value& status = object["status"];
  const bool bound = !spec["volumeName"].empty();
  return {meta["name"],
          meta.has("deletionTimestamp") ? Value("Terminating") : text_or(status["phase"], ""),
          text_or(spec["volumeName"], ""),
          bound ? text_or(status["capacity"]["storage"], "0") : Value(""),
          bound ? access_modes_text(status["accessModes"]) : std::string(),
          storage_class_of(object),
          text_or(spec["volumeAttributesClassName"], "<unset>"),
          age_of(object, now),
          text_or(spec["volumeMode"], "<unset>")};
}

Value set_defaults(Value object) {
  object = object.with("spec", filled(object["spec"], {{"volumeMode", "Filesystem"}}));
  return object.with("status", filled(object["status"], {{"phase", "Pending"}}));
}

Value prepare(Value object, const Value& old) {
  // dataSource and dataSourceRef say the same, unless the latter names another namespace.
  const Value& spec = object["spec"];
  if (spec.has("dataSource") && !spec.has("dataSourceRef")) {
    object = object.with_path({"spec", "dataSourceRef"}, spec["dataSource"]);
  } else if (spec.has("dataSourceRef") && !spec.has("dataSource") &&
             spec["dataSourceRef"]["namespace"].empty()) {
    object = object.with_path({"spec", "dataSource"}, spec["dataSourceRef"]);
  }
  return old.is_null() ? object.with("status", Value::object({{"phase", "Pending"}})) : object;
}

std::vector<std::pair<std::string, std::string>> selectable_fields(const Value& object) {
  return {{"name", object["metadata"]["name"].str()}};
}

}  // namespace

const Kind kPersistentVolumeClaim = {.group = "",
                                     .version = "v1",
                                     .kind = "PersistentVolumeClaim",
                                     .plural = "persistentvolumeclaims",
                                     .singular = "persistentvolumeclaim",
                                     .short_names = {"pvc"},
                                     .categories = {},
                                     .verbs = all_verbs(),
                                     .subresources = {"status"},
                                     .schema = &types::kPersistentVolumeClaim,
                                     .returns_deleted = true,
                                     .set_defaults = set_defaults,
                                     .validate = validate_persistent_volume_claim,
                                     .prepare = prepare,
                                     .columns = kColumns,
                                     .cells = cells,
                                     .selectable_fields = selectable_fields};

}  // namespace inferlab::sim::kinds
