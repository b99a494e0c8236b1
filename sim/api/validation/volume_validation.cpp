// Volumes of a Pod.
#include <array>
#include <set>

#include "sim/api/quantity.h"
#include "sim/api/validation/field_rules.h"
#include "sim/api/validation/meta_validation.h"
#include "sim/api/validation/names.h"
#include "sim/api/validation/path_rules.h"
#include "sim/api/validation/pod_spec_validation.h"
#include "sim/api/validation/storage_validation.h"

namespace inferlab::sim {
namespace {

void validate_mode(const Value& mode, const FieldPath& path, FieldErrors& errors) {
  if (mode.as_int() < 0 || mode.as_int() > 0777) {
    errors.push_back(
        invalid_value(path, mode, "must be a number between 0 and 0777 (octal), both inclusive"));
  }
}

void need(const Value& source, const char* field, const FieldPath& path, FieldErrors& errors) {
  if (source[field].empty()) errors.push_back(required(path / field));
}

void validate_empty_dir(const Value& source, const FieldPath& path, FieldErrors& errors) {
  if (Quantity::parse(source["sizeLimit"].as_string("0")).value_or(Quantity()) < Quantity()) {
    errors.push_back(
        forbidden_field(path / "sizeLimit", "SizeLimit field must be a valid resource quantity"));
  }
}

void validate_host_path(const Value& source, const FieldPath& path, FieldErrors& errors) {
  need(source, "path", path, errors);
  if (source["path"].empty()) return;
  validate_no_backsteps(source["path"], path / "path", errors);
  validate_one_of(path / "type", source["type"],
                  {"", "BlockDevice", "CharDevice", "Directory", "DirectoryOrCreate", "File",
                   "FileOrCreate", "Socket"},
                  errors);
}

void validate_nfs(const Value& source, const FieldPath& path, FieldErrors& errors) {
  need(source, "server", path, errors);
  need(source, "path", path, errors);
  const Value where(source["path"].as_string());
  if (!where.as_string().starts_with('/'))
    errors.push_back(invalid_value(path / "path", where, "must be an absolute path"));
}

// Which key becomes which file.
void validate_key_file(const Value& item, const FieldPath& path, FieldErrors& errors) {
  need(item, "key", path, errors);
  need(item, "path", path, errors);
  validate_file_path(item["path"], path / "path", errors);
  if (item.has("mode")) validate_mode(item["mode"], path / "mode", errors);
}

void validate_key_files(const Value& source, const char* name, const FieldPath& path,
                        FieldErrors& errors) {
  need(source, name, path, errors);
  validate_mode(source["defaultMode"], path / "defaultMode", errors);
  const FieldPath items = path / "items";
  std::size_t index = 0;
  for (const Value& item : source["items"].items())
    validate_key_file(item, items.index(index++), errors);
}

void validate_secret_volume(const Value& source, const FieldPath& path, FieldErrors& errors) {
  validate_key_files(source, "secretName", path, errors);
}

void validate_config_map_volume(const Value& source, const FieldPath& path, FieldErrors& errors) {
  validate_key_files(source, "name", path, errors);
}

void validate_claim_volume(const Value& source, const FieldPath& path, FieldErrors& errors) {
  need(source, "claimName", path, errors);
}

void validate_fact_file(const Value& file, const FieldPath& path, FieldErrors& errors) {
  need(file, "path", path, errors);
  validate_file_path(file["path"], path / "path", errors);
  if (const Value* ref = file.find("fieldRef")) {
    validate_field_ref(*ref, FactsIn::kFile, path / "fieldRef", errors);
    if (file.has("resourceFieldRef")) {
      errors.push_back(
          invalid_value(path, Value("resource"),
                        "fieldRef and resourceFieldRef can not be specified simultaneously"));
    }
  } else if (const Value* resource = file.find("resourceFieldRef")) {
    validate_resource_ref(*resource, FactsIn::kFile, path / "resourceFieldRef", errors);
  } else {
    errors.push_back(required(path, "one of fieldRef and resourceFieldRef is required"));
  }
  if (file.has("mode")) validate_mode(file["mode"], path / "mode", errors);
}

void validate_downward(const Value& source, const FieldPath& path, FieldErrors& errors) {
  validate_mode(source["defaultMode"], path / "defaultMode", errors);
  // The server does not say which of them it is.
  for (const Value& file : source["items"].items()) validate_fact_file(file, path, errors);
}

void validate_token(const Value& token, const FieldPath& volume, const FieldPath& path,
                    FieldErrors& errors) {
  const Value& seconds = token["expirationSeconds"];
  if (seconds.as_int() < 600) {
    errors.push_back(invalid_value(path / "expirationSeconds", seconds,
                                   "may not specify a duration less than 10 minutes"));
  }
  if (seconds.as_int() > std::int64_t{1} << 32) {
    errors.push_back(invalid_value(path / "expirationSeconds", seconds,
                                   "may not specify a duration larger than 2^32 seconds"));
  }
  need(token, "path", volume, errors);
  validate_file_path(token["path"], volume / "path", errors);
}

void validate_projected(const Value& source, const FieldPath& path, FieldErrors& errors) {
  validate_mode(source["defaultMode"], path / "defaultMode", errors);
  std::set<std::string> files;
  const auto take = [&](const Value& file, const Value& told) {
    if (!file.empty() && !files.insert(file.str()).second)
      errors.push_back(invalid_value(path, told, "conflicting duplicate paths"));
  };
  const FieldPath list = path / "sources";
  std::size_t index = 0;
  for (const Value& part : source["sources"].items()) {
    const FieldPath at = list.index(index++);
    std::size_t kinds = 0;
    for (const char* kind : {"secret", "configMap"}) {
      const Value* from = part.find(kind);
      if (from == nullptr) continue;
      ++kinds;
      const FieldPath here = at / kind;
      need(*from, "name", here, errors);
      const FieldPath items = here / "items";
      std::size_t item_index = 0;
      for (const Value& item : (*from)["items"].items()) {
        validate_key_file(item, items.index(item_index++), errors);
        take(item["path"], Value((*from)["name"].as_string()));
      }
    }
    if (const Value* downward = part.find("downwardAPI")) {
      ++kinds;
      for (const Value& file : (*downward)["items"].items()) {
        validate_fact_file(file, at / "downwardAPI", errors);
        take(file["path"], file["path"]);
      }
    }
    if (const Value* token = part.find("serviceAccountToken")) {
      ++kinds;
      validate_token(*token, path, at / "serviceAccountToken", errors);
    }
    if (part.has("clusterTrustBundle")) ++kinds;
    if (kinds > 1)
      errors.push_back(forbidden_field(at, "may not specify more than 1 volume type per source"));
  }
}

void validate_csi(const Value& source, const FieldPath& path, FieldErrors& errors) {
  constexpr std::size_t kLongest = 63;
  const Value driver(source["driver"].as_string());
  const FieldPath driver_path = path / "driver";
  if (driver.empty()) errors.push_back(required(driver_path));
  std::string name = driver.str();
  if (name.size() > kLongest) errors.push_back(too_long_field(driver_path, kLongest));
  for (char& c : name) c = c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c;
  add_name_errors(driver_path, driver, check_dns1123_subdomain(name), errors);
  const Value* secret = source.find("nodePublishSecretRef");
  if (secret == nullptr) return;
  const Value& called = (*secret)["name"];
  if (called.empty()) {
    const FieldPath secret_path = path / "nodePublishSecretRef";
    errors.push_back(required(secret_path / "name"));
  } else {
    add_name_errors(path / "name", called, check_dns1123_subdomain(called.as_string()), errors);
  }
}

// Of a claim that is made for the Pod, labels and annotations can be chosen, and no name.
void validate_ephemeral(const Value& source, const FieldPath& path, FieldErrors& errors) {
  const FieldPath claim_path = path / "volumeClaimTemplate";
  const Value* claim = source.find("volumeClaimTemplate");
  if (claim == nullptr) {
    errors.push_back(required(claim_path));
    return;
  }
  const Value& meta = (*claim)["metadata"];
  const FieldPath meta_path = claim_path / "metadata";
  validate_annotations(meta["annotations"], meta_path / "annotations", errors);
  validate_labels(meta["labels"], meta_path / "labels", errors);
  for (const char* field :
       {"name", "generateName", "namespace", "selfLink", "resourceVersion", "generation",
        "creationTimestamp", "deletionTimestamp", "deletionGracePeriodSeconds", "ownerReferences",
        "finalizers", "managedFields"}) {
    if (!meta[field].is_null())
      errors.push_back(forbidden_field(meta_path / field, "cannot be set"));
  }
  validate_claim_spec((*claim)["spec"], claim_path / "spec", errors);
}

void validate_nothing(const Value&, const FieldPath&, FieldErrors&) {}

struct Source {
  const char* field;
  void (*validate)(const Value& source, const FieldPath& path, FieldErrors& errors);
  const char* called = nullptr;  // where the server misspells it, beside another one
};

// In the order in which the server looks at them: the first one counts.
constexpr std::array<Source, 30> kSources = {{{"emptyDir", validate_empty_dir},
                                              {"hostPath", validate_host_path},
                                              {"gitRepo", validate_nothing},
                                              {"gcePersistentDisk", validate_nothing},
                                              {"awsElasticBlockStore", validate_nothing},
                                              {"secret", validate_secret_volume},
                                              {"nfs", validate_nfs},
                                              {"iscsi", validate_nothing},
                                              {"glusterfs", validate_nothing},
                                              {"flocker", validate_nothing},
                                              {"persistentVolumeClaim", validate_claim_volume},
                                              {"rbd", validate_nothing},
                                              {"cinder", validate_nothing},
                                              {"cephfs", validate_nothing, "cephFS"},
                                              {"quobyte", validate_nothing},
                                              {"downwardAPI", validate_downward, "downwarAPI"},
                                              {"fc", validate_nothing},
                                              {"flexVolume", validate_nothing},
                                              {"configMap", validate_config_map_volume},
                                              {"azureFile", validate_nothing},
                                              {"vsphereVolume", validate_nothing},
                                              {"photonPersistentDisk", validate_nothing},
                                              {"portworxVolume", validate_nothing},
                                              {"azureDisk", validate_nothing},
                                              {"storageos", validate_nothing},
                                              {"projected", validate_projected},
                                              {"scaleIO", validate_nothing},
                                              {"csi", validate_csi},
                                              {"ephemeral", validate_ephemeral},
                                              {"image", validate_nothing}}};

void validate_source(const Value& volume, const FieldPath& path, FieldErrors& errors) {
  std::size_t sources = 0;
  for (const Source& kind : kSources) {
    const Value* source = volume.find(kind.field);
    if (source == nullptr) continue;
    if (sources++ > 0) {
      errors.push_back(forbidden_field(path / (kind.called != nullptr ? kind.called : kind.field),
                                       "may not specify more than 1 volume type"));
      continue;
    }
    kind.validate(*source, path / kind.field, errors);
  }
  if (sources == 0) errors.push_back(required(path, "must specify a volume type"));
}

}  // namespace

Volumes validate_volumes(const Value& volumes, const FieldPath& path, FieldErrors& errors) {
  Volumes sound;
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
    if (sound.contains(name.as_string())) own.push_back(duplicate(at / "name", name));
    if (own.empty())
      sound.emplace(name.str(), volume.has("persistentVolumeClaim") || volume.has("ephemeral"));
    errors.insert(errors.end(), own.begin(), own.end());
  }
  return sound;
}

}  // namespace inferlab::sim
