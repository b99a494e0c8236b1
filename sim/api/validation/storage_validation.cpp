#include "sim/api/validation/storage_validation.h"

#include <algorithm>
#include <iterator>

#include "sim/api/quantity.h"
#include "sim/api/validation/field_rules.h"
#include "sim/api/validation/meta_validation.h"
#include "sim/api/validation/names.h"
#include "sim/api/validation/pod_spec_validation.h"

namespace inferlab::sim {
namespace {

// The members of a PersistentVolume's spec that say where it really is.
constexpr const char* kSources[] = {"hostPath",
                                    "gcePersistentDisk",
                                    "awsElasticBlockStore",
                                    "glusterfs",
                                    "flocker",
                                    "nfs",
                                    "rbd",
                                    "quobyte",
                                    "cephfs",
                                    "iscsi",
                                    "cinder",
                                    "fc",
                                    "flexVolume",
                                    "azureFile",
                                    "vsphereVolume",
                                    "azureDisk",
                                    "photonPersistentDisk",
                                    "portworxVolume",
                                    "scaleIO",
                                    "local",
                                    "storageos",
                                    "csi"};

Quantity amount_of(const Value& value) {
  return Quantity::parse(value.as_string()).value_or(Quantity());
}

void validate_access_modes(const Value& modes, const FieldPath& path, FieldErrors& errors) {
  bool alone = false;
  for (const Value& mode : modes.items()) {
    validate_one_of(path, mode,
                    {"ReadOnlyMany", "ReadWriteMany", "ReadWriteOnce", "ReadWriteOncePod"}, errors);
    alone = alone || mode.as_string() == "ReadWriteOncePod";
  }
  if (alone && modes.size() > 1) {
    errors.push_back(forbidden_field(path, "may not use ReadWriteOncePod with other access modes"));
  }
}

void validate_positive(const Value& value, const FieldPath& path, FieldErrors& errors) {
  if (amount_of(value) <= Quantity())
    errors.push_back(invalid_value(path, value, "must be greater than zero"));
}

void validate_capacity(const Value& capacity, const FieldPath& path, FieldErrors& errors) {
  if (capacity.empty()) {
    errors.push_back(required(path));
    return;
  }
  if (!capacity.has("storage") || capacity.size() > 1)
    errors.push_back(unsupported(path, capacity, {"storage"}));
  for (const Value::Member& member : capacity.members())
    validate_positive(member.value, path.key(member.key), errors);
}

void validate_class_name(const Value& name, const FieldPath& path, FieldErrors& errors) {
  if (!name.empty()) add_name_errors(path, name, check_dns1123_subdomain(name.as_string()), errors);
}

void validate_volume_mode(const Value& mode, const FieldPath& path, FieldErrors& errors) {
  if (!mode.is_null()) validate_one_of(path, mode, {"Block", "Filesystem"}, errors);
}

// What each source must say.
void validate_source(const Value& spec, const char* source, const FieldPath& at,
                     FieldErrors& errors) {
  const auto require = [&](std::initializer_list<const char*> fields) {
    for (const char* field : fields) {
      if (spec[source][field].empty()) errors.push_back(required(at / field));
    }
  };
  const std::string_view name = source;
  if (name == "hostPath") {
    require({"path"});
  } else if (name == "nfs") {
    require({"server", "path"});
  } else if (name == "csi") {
    require({"driver", "volumeHandle"});
  } else if (name == "local") {
    require({"path"});
    if (!spec.has("nodeAffinity")) {
      const FieldPath metadata("metadata");
      errors.push_back(required(metadata / "annotations", "Local volume requires node affinity"));
    }
  }
}

void validate_sources(const Value& spec, const FieldPath& path, FieldErrors& errors) {
  int found = 0;
  for (const char* source : kSources) {
    if (!spec.has(source)) continue;
    if (++found > 1) {
      errors.push_back(forbidden_field(path / source, "may not specify more than 1 volume type"));
    } else {
      validate_source(spec, source, path / source, errors);
    }
  }
  if (found == 0) errors.push_back(required(path, "must specify a volume type"));
}

void validate_node_affinity(const Value& spec, const FieldPath& path, FieldErrors& errors) {
  if (!spec.has("nodeAffinity")) return;
  const FieldPath at = path / "nodeAffinity";
  if (!spec["nodeAffinity"].has("required")) {
    errors.push_back(required(at / "required", "must specify required node constraints"));
  } else if (spec["nodeAffinity"]["required"]["nodeSelectorTerms"].empty()) {
    const FieldPath at_required = at / "required";
    errors.push_back(
        required(at_required / "nodeSelectorTerms", "must have at least one node selector term"));
  }
}

// A line for each field that changed, as kubectl shows it under the error.
std::string difference(const char* type, const Value& before, const Value& after) {
  std::string out = std::string("  core.") + type + "{\n";
  std::vector<std::string> keys;
  for (const Value& side : {before, after}) {
    for (const Value::Member& member : side.members()) keys.push_back(member.key);
  }
  std::sort(keys.begin(), keys.end());
  keys.erase(std::unique(keys.begin(), keys.end()), keys.end());
  for (const std::string& key : keys) {
    if (before[key] == after[key]) continue;
    if (before.has(key)) out += "- \t" + key + ": " + shown(before[key]) + ",\n";
    if (after.has(key)) out += "+ \t" + key + ": " + shown(after[key]) + ",\n";
  }
  return out + "  }\n";
}

Value source_of(const Value& spec) {
  Value out = Value::object();
  for (const char* source : kSources) {
    if (spec.has(source)) out = out.with(source, spec[source]);
  }
  return out;
}

void validate_claim_update(const Value& object, const Value& old, FieldErrors& errors) {
  const Value& spec = object["spec"];
  const Value& before = old["spec"];
  const FieldPath path("spec");
  // What may change: the volume once, the class once, the size, the attributes.
  Value kept = spec;
  const auto restore = [&](const char* field) {
    kept = before.has(field) ? kept.with(field, before[field]) : kept.without(field);
  };
  if (before["volumeName"].empty()) restore("volumeName");
  if (!before.has("storageClassName")) restore("storageClassName");
  restore("volumeAttributesClassName");
  const bool bound = old["status"]["phase"].as_string() == "Bound";
  const Value& size = spec["resources"]["requests"]["storage"];
  const Value& old_size = before["resources"]["requests"]["storage"];
  if (bound && !size.is_null()) {
    kept = kept.with_path({"resources", "requests", "storage"}, old_size);
    const Quantity capacity = amount_of(old["status"]["capacity"]["storage"]);
    if (amount_of(size) < amount_of(old_size) && amount_of(size) <= capacity) {
      const FieldPath resources = path / "resources";
      const FieldPath requests = resources / "requests";
      errors.push_back(
          forbidden_field(requests / "storage", "field can not be less than status.capacity"));
    }
  }
  if (kept != before) {
    errors.push_back(
        forbidden_field(path,
                        "spec is immutable after creation except resources.requests and "
                        "volumeAttributesClassName for bound claims\n" +
                            difference("PersistentVolumeClaimSpec", before, kept)));
  }
  validate_immutable(path / "volumeMode", spec["volumeMode"], before["volumeMode"], errors);
}

}  // namespace

void validate_claim_spec(const Value& spec, const FieldPath& path, FieldErrors& errors) {
  if (spec["accessModes"].empty())
    errors.push_back(required(path / "accessModes", "at least 1 access mode is required"));
  validate_label_selector(spec["selector"], path / "selector", errors);
  validate_access_modes(spec["accessModes"], path / "accessModes", errors);
  const FieldPath resources = path / "resources";
  const Value& storage = spec["resources"]["requests"]["storage"];
  if (storage.is_null()) {
    errors.push_back(required(resources.key("storage")));
  } else {
    validate_positive(storage, resources.key("storage"), errors);
  }
  validate_class_name(spec["storageClassName"], path / "storageClassName", errors);
  validate_volume_mode(spec["volumeMode"], path / "volumeMode", errors);
  const FieldPath source = path / "dataSource";
  if (const Value& from = spec["dataSource"]; !from.is_null()) {
    for (const char* field : {"name", "kind"}) {
      if (from[field].empty()) errors.push_back(required(source / field));
    }
    if (from["apiGroup"].empty() && from["kind"].as_string() != "PersistentVolumeClaim") {
      errors.push_back(invalid_value(source, from["kind"],
                                     "must be 'PersistentVolumeClaim' when referencing the "
                                     "default apiGroup"));
    }
  }
}

void validate_persistent_volume(const Value& object, const Value& old, FieldErrors& errors) {
  const Value& spec = object["spec"];
  if (!old.is_null() && spec == old["spec"]) return;
  const FieldPath path("spec");
  if (spec["accessModes"].empty()) errors.push_back(required(path / "accessModes"));
  validate_access_modes(spec["accessModes"], path / "accessModes", errors);
  validate_capacity(spec["capacity"], path / "capacity", errors);
  const Value& reclaim = spec["persistentVolumeReclaimPolicy"];
  validate_one_of(path / "persistentVolumeReclaimPolicy", reclaim, {"Delete", "Recycle", "Retain"},
                  errors);
  validate_node_affinity(spec, path, errors);
  validate_sources(spec, path, errors);
  if (spec["hostPath"]["path"].as_string() == "/" && reclaim.as_string() == "Recycle") {
    errors.push_back(forbidden_field(path / "persistentVolumeReclaimPolicy",
                                     "may not be 'recycle' for a hostPath mount of '/'"));
  }
  validate_class_name(spec["storageClassName"], path / "storageClassName", errors);
  validate_volume_mode(spec["volumeMode"], path / "volumeMode", errors);
  if (old.is_null()) return;
  const Value& before = old["spec"];
  if (source_of(spec) != source_of(before)) {
    errors.push_back(forbidden_field(
        path / "persistentvolumesource",
        "spec.persistentvolumesource is immutable after creation\n" +
            difference("PersistentVolumeSource", source_of(before), source_of(spec))));
  }
  validate_immutable(path / "volumeMode", spec["volumeMode"], before["volumeMode"], errors);
  if (before.has("nodeAffinity")) {
    validate_immutable(path / "nodeAffinity", spec["nodeAffinity"], before["nodeAffinity"], errors);
  }
}

void validate_persistent_volume_claim(const Value& object, const Value& old, FieldErrors& errors) {
  if (!old.is_null() && object["spec"] == old["spec"]) return;
  validate_claim_spec(object["spec"], "spec", errors);
  if (!old.is_null()) validate_claim_update(object, old, errors);
}

}  // namespace inferlab::sim
