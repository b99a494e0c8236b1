// PersistentVolume: a piece of storage of the cluster.
#include "sim/api/defaults/fill.h"
#include "sim/api/kinds/age.h"
#include "sim/api/kinds/cells.h"
#include "sim/api/kinds/kinds.h"
#include "sim/api/kinds/verbs.h"
#include "sim/api/types/types.h"
#include "sim/api/validation/storage_validation.h"

namespace inferlab::sim::kinds {
namespace {

constexpr PrintColumn kColumns[] = {
    {"Name", "string", "name"},     {"Capacity", "string", ""},
    {"Access Modes", "string", ""}, {"Reclaim Policy", "string", ""},
    {"Status", "string", ""},       {"Claim", "string", ""},
    {"StorageClass", "string", ""}, {"VolumeAttributesClass", "string", ""},
    {"Reason", "string", ""},       {"Age", "string", ""},
    {"VolumeMode", "string", "", 1}};

std::vector<Value> cells(const Value& object, Time now) {
  const Value& meta = object["metadata"];
  const Value& spec = object["spec"];
  const Value& claim = spec["claimRef"];
  return {
      meta["name"],
      text_or(spec["capacity"]["storage"], "0"),
      access_modes_text(spec["accessModes"]),
      text_or(spec["persistentVolumeReclaimPolicy"], ""),
      meta.has("deletionTimestamp") ? Value("Terminating") : text_or(object["status"]["phase"], ""),
      claim.is_null() ? std::string() : claim["namespace"].str() + "/" + claim["name"].str(),
      storage_class_of(object),
      text_or(spec["volumeAttributesClassName"], "<unset>"),
      text_or(object["status"]["reason"], ""),
      age_of(object, now),
      text_or(spec["volumeMode"], "<unset>")};
}

Value set_defaults(Value object) {
  Value spec = filled(object["spec"],
                      {{"persistentVolumeReclaimPolicy", "Retain"}, {"volumeMode", "Filesystem"}});
  if (spec.has("hostPath")) spec = spec.with("hostPath", filled(spec["hostPath"], {{"type", ""}}));
  object = object.with("spec", spec);
  return object.with("status", filled(object["status"], {{"phase", "Pending"}}));
}

Value prepare(Value object, const Value& old) {
  if (!old.is_null()) return object;
  const Value& now = object["metadata"]["creationTimestamp"];
  return object.with("status",
                     Value::object({{"lastPhaseTransitionTime", now}, {"phase", "Pending"}}));
}

std::vector<std::pair<std::string, std::string>> selectable_fields(const Value& object) {
  return {{"name", object["metadata"]["name"].str()}};
}

}  // namespace

const Kind kPersistentVolume = {.group = "",
                                .version = "v1",
                                .kind = "PersistentVolume",
                                .plural = "persistentvolumes",
                                .singular = "persistentvolume",
                                .short_names = {"pv"},
                                .categories = {},
                                .namespaced = false,
                                .verbs = all_verbs(),
                                .subresources = {"status"},
                                .schema = &types::kPersistentVolume,
                                .returns_deleted = true,
                                .set_defaults = set_defaults,
                                .validate = validate_persistent_volume,
                                .prepare = prepare,
                                .columns = kColumns,
                                .cells = cells,
                                .selectable_fields = selectable_fields};

}  // namespace inferlab::sim::kinds
