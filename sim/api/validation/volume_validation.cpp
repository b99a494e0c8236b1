// Volumes and where containers mount them.
#include <algorithm>

#include "sim/api/validation/names.h"
#include "sim/api/validation/pod_spec_validation.h"

namespace inferlab::sim {
namespace {

void validate_mode(const Value& mode, const FieldPath& path, FieldErrors& errors) {
  if (mode.as_int() < 0 || mode.as_int() > 0777) {
    errors.push_back(
        invalid_value(path, mode, "must be a number between 0 and 0777 (octal), both inclusive"));
  }
}

void validate_items(const Value& items, const FieldPath& path, FieldErrors& errors) {
  std::size_t index = 0;
  for (const Value& item : items.items()) {
    const FieldPath at = path.index(index++);
    if (item["key"].empty()) errors.push_back(required(at / "key"));
    if (item["path"].empty()) errors.push_back(required(at / "path"));
    if (item.has("mode")) validate_mode(item["mode"], at / "mode", errors);
  }
}

void validate_source(const Value& volume, const FieldPath& path, FieldErrors& errors) {
  std::size_t sources = 0;
  for (const Value::Member& member : volume.members()) {
    if (member.key == "name") continue;
    const Value& source = member.value;
    const FieldPath at = path / member.key;
    if (sources++ > 0) {
      errors.push_back(forbidden_field(at, "may not specify more than 1 volume type"));
      continue;
    }
    const auto wants = [&](const char* field) {
      if (source[field].empty()) errors.push_back(required(at / field));
    };
    if (member.key == "hostPath") wants("path");
    if (member.key == "nfs") {
      wants("server");
      wants("path");
    }
    if (member.key == "persistentVolumeClaim") wants("claimName");
    if (member.key == "csi") wants("driver");
    if (member.key == "configMap" || member.key == "secret") {
      wants(member.key == "secret" ? "secretName" : "name");
      validate_mode(source["defaultMode"], at / "defaultMode", errors);
      validate_items(source["items"], at / "items", errors);
    }
    if (member.key == "projected") {
      validate_mode(source["defaultMode"], at / "defaultMode", errors);
    }
  }
  if (sources == 0) errors.push_back(required(path, "must specify a volume type"));
}

}  // namespace

Names validate_volumes(const Value& volumes, const FieldPath& path, FieldErrors& errors) {
  Names names;
  std::size_t index = 0;
  for (const Value& volume : volumes.items()) {
    const FieldPath at = path.index(index++);
    FieldErrors own;
    validate_source(volume, at, own);
    const Value& name = volume["name"];
    if (name.empty()) {
      own.push_back(required(at / "name"));
    } else {
      add_name_errors(at / "name", name, check_dns1123_label(name.as_string()), own);
    }
    if (names.contains(name.as_string())) own.push_back(duplicate(at / "name", name));
    if (own.empty()) names.insert(name.str());
    errors.insert(errors.end(), own.begin(), own.end());
  }
  return names;
}

void validate_volume_mounts(const Value& mounts, const Names& volumes, const FieldPath& path,
                            FieldErrors& errors) {
  Names points;
  std::size_t index = 0;
  for (const Value& mount : mounts.items()) {
    const FieldPath at = path.index(index++);
    const Value& name = mount["name"];
    if (name.empty()) errors.push_back(required(at / "name"));
    if (!volumes.contains(name.as_string()))
      errors.push_back(field_not_found(at / "name", Value(name.as_string())));
    const Value& where = mount["mountPath"];
    if (where.empty()) errors.push_back(required(at / "mountPath"));
    if (!points.insert(where.str()).second)
      errors.push_back(invalid_value(at / "mountPath", where, "must be unique"));
    const std::string_view sub = mount["subPath"].as_string();
    if (sub.starts_with('/')) {
      errors.push_back(
          invalid_value(path / "subPath", mount["subPath"], "must be a relative path"));
    }
    for (std::size_t start = 0; start <= sub.size();) {
      const std::size_t end = std::min(sub.find('/', start), sub.size());
      if (sub.substr(start, end - start) == "..") {
        errors.push_back(
            invalid_value(path / "subPath", mount["subPath"], "must not contain '..'"));
        break;
      }
      start = end + 1;
    }
  }
}

}  // namespace inferlab::sim
