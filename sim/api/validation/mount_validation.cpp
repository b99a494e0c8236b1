// Where containers have their volumes: as directories and as devices.
#include <map>

#include "sim/api/validation/field_rules.h"
#include "sim/api/validation/path_rules.h"
#include "sim/api/validation/pod_spec_validation.h"

namespace inferlab::sim {
namespace {

// Where each volume is, by its name; of several places the last one.
using Places = std::map<std::string, std::string, std::less<>>;

Places places_of(const Value& list, const char* place) {
  Places out;
  for (const Value& item : list.items()) out[item["name"].str()] = item[place].str();
  return out;
}

bool holds(const Places& places, std::string_view where) {
  for (const auto& [name, place] : places) {
    if (place == where) return true;
  }
  return false;
}

void validate_propagation(const Value& mode, const Value& container, const FieldPath& path,
                          FieldErrors& errors) {
  validate_one_of(path, mode, {"Bidirectional", "HostToContainer", "None"}, errors);
  if (mode.as_string() == "Bidirectional" &&
      !container["securityContext"]["privileged"].as_bool()) {
    errors.push_back(forbidden_field(
        path, "Bidirectional mount propagation is available only to privileged containers"));
  }
}

void validate_recursive_read_only(const Value& mount, const FieldPath& path, FieldErrors& errors) {
  const std::string_view mode = mount["recursiveReadOnly"].as_string();
  validate_one_of(path, mount["recursiveReadOnly"], {"Disabled", "Enabled", "IfPossible"}, errors);
  if (mode != "Enabled" && mode != "IfPossible") return;
  if (!mount["readOnly"].as_bool())
    errors.push_back(forbidden_field(path, "may only be specified when readOnly is true"));
  if (mount["mountPropagation"].as_string("None") != "None") {
    errors.push_back(forbidden_field(
        path, "may only be specified when mountPropagation is None or not specified"));
  }
}

}  // namespace

void validate_volume_mounts(const Value& container, const Volumes& volumes, const FieldPath& path,
                            FieldErrors& errors) {
  const Places devices = places_of(container["volumeDevices"], "devicePath");
  Names points;
  std::size_t index = 0;
  for (const Value& mount : container["volumeMounts"].items()) {
    const FieldPath at = path.index(index++);
    const Value name(mount["name"].as_string());
    if (name.empty()) errors.push_back(required(at / "name"));
    if (!volumes.contains(name.as_string())) errors.push_back(field_not_found(at / "name", name));
    const Value& where = mount["mountPath"];
    if (where.empty()) errors.push_back(required(at / "mountPath"));
    if (!points.insert(where.str()).second)
      errors.push_back(invalid_value(at / "mountPath", where, "must be unique"));
    if (devices.contains(name.as_string()))
      errors.push_back(invalid_value(at / "name", name, "must not already exist in volumeDevices"));
    if (holds(devices, where.as_string())) {
      errors.push_back(invalid_value(at / "mountPath", where,
                                     "must not already exist as a path in volumeDevices"));
    }
    // Of these the server does not say which mount it is.
    validate_descending_path(mount["subPath"], path / "subPath", errors);
    const Value& expression = mount["subPathExpr"];
    if (!expression.empty() && !mount["subPath"].empty()) {
      errors.push_back(invalid_value(at / "subPathExpr", expression,
                                     "subPathExpr and subPath are mutually exclusive"));
    }
    validate_descending_path(expression, path / "subPathExpr", errors);
    if (mount.has("mountPropagation")) {
      validate_propagation(mount["mountPropagation"], container, path / "mountPropagation", errors);
    }
    if (mount.has("recursiveReadOnly"))
      validate_recursive_read_only(mount, path / "recursiveReadOnly", errors);
  }
}

void validate_volume_devices(const Value& container, const Volumes& volumes, const FieldPath& path,
                             FieldErrors& errors) {
  const Places mounts = places_of(container["volumeMounts"], "mountPath");
  Names names;
  Names paths;
  std::size_t index = 0;
  for (const Value& device : container["volumeDevices"].items()) {
    const FieldPath at = path.index(index++);
    const Value name(device["name"].as_string());
    const Value where(device["devicePath"].as_string());
    if (name.empty()) errors.push_back(required(at / "name"));
    if (!name.empty() && !names.insert(name.str()).second)
      errors.push_back(invalid_value(at / "name", name, "must be unique"));
    const auto volume = volumes.find(name.as_string());
    if (volume == volumes.end()) {
      errors.push_back(field_not_found(at / "name", name));
    } else if (!volume->second) {
      errors.push_back(invalid_value(at / "name", name,
                                     "can only use volume source type of PersistentVolumeClaim or "
                                     "Ephemeral for block mode"));
    }
    if (where.empty()) errors.push_back(required(at / "devicePath"));
    if (paths.contains(where.str()))
      errors.push_back(invalid_value(at / "devicePath", where, "must be unique"));
    FieldErrors steps;
    validate_no_backsteps(where, at, steps);
    if (steps.empty()) {
      paths.insert(where.str());
    } else {
      errors.push_back(invalid_value(at / "devicePath", where, "can not contain backsteps ('..')"));
    }
    if (mounts.contains(name.as_string()))
      errors.push_back(invalid_value(at / "name", name, "must not already exist in volumeMounts"));
    if (holds(mounts, where.as_string())) {
      errors.push_back(invalid_value(at / "devicePath", where,
                                     "must not already exist as a path in volumeMounts"));
    }
  }
}

}  // namespace inferlab::sim
