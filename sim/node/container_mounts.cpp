#include "sim/node/container_mounts.h"

#include <algorithm>
#include <utility>
#include <vector>

#include "sim/api/base64.h"
#include "sim/node/expansion.h"
#include "sim/node/file_place.h"

namespace inferlab::sim {
namespace {

using Mount = ContainerFiles::Mount;

constexpr std::string_view kLayer = "layer/";
constexpr std::string_view kGiven = "given/";
constexpr std::string_view kPod = "pod/";

void make_folders(Files& files, const std::string& place, const std::string& path) {
  for (std::size_t end = path.find('/'); !path.empty(); end = path.find('/', end + 1)) {
    const std::string part = path.substr(0, end);
    if (files.find(place, part) == nullptr) files.put(place, part, {.is_folder = true});
    if (end == std::string::npos) return;
  }
}

/// "data//x/./" as "data/x". No "..": the API server takes none in a subPath.
std::string plain_folder(std::string_view path) {
  std::string out;
  while (!path.empty()) {
    const std::string_view part = path.substr(0, path.find('/'));
    path.remove_prefix(std::min(path.size(), part.size() + 1));
    if (part.empty() || part == ".") continue;
    if (!out.empty()) out += '/';
    out += part;
  }
  return out;
}

/// The keys of a ConfigMap or Secret, or those of them that `items` names.
void put_keys(const Value& source, const std::string& resource, const std::string& ns,
              const std::string& name, const Store& store, const std::string& place, Files& files) {
  const ObjectPtr object = store.get({resource, ns, name});
  if (object == nullptr) return;
  const auto put = [&](const std::string& key, const std::string& path) {
    const Value* const value = object->document["data"].find(key);
    if (value == nullptr) return;
    const std::size_t slash = path.rfind('/');
    if (slash != std::string::npos) make_folders(files, place, path.substr(0, slash));
    const bool is_secret = resource == "secrets";
    files.put(place, path,
              {.text = is_secret ? from_base64(value->as_string()).value_or(std::string())
                                 : value->str()});
  };
  for (const Value& item : source["items"].items()) put(item["key"].str(), item["path"].str());
  if (!source["items"].empty()) return;
  for (const Value::Member& member : object->document["data"].members()) {
    put(member.key, member.key);
  }
}

/// What the kubelet writes for a volume of objects of the API; others have nothing.
/// binaryData of ConfigMaps is left out.
void fill(const Value& volume, const std::string& ns, const Store& store, const std::string& place,
          Files& files) {
  const auto put = [&](const Value& source, const char* name_field) {
    if (source["configMap"].is_object()) {
      const Value& map = source["configMap"];
      put_keys(map, "configmaps", ns, map["name"].str(), store, place, files);
    }
    if (source["secret"].is_object()) {
      const Value& secret = source["secret"];
      put_keys(secret, "secrets", ns, secret[name_field].str(), store, place, files);
    }
  };
  put(volume, "secretName");
  for (const Value& source : volume["projected"]["sources"].items()) put(source, "name");
}

}  // namespace

std::shared_ptr<ContainerFiles> files_of_container(
    const Value& pod, const Value& container, const std::string& node,
    const std::map<std::string, std::string>& environment, const Store& store, Files& files) {
  const std::string uid = pod["metadata"]["uid"].str();
  const std::string ns = pod["metadata"]["namespace"].str();
  const std::string layer = std::string(kLayer) + uid + "/" + container["name"].str();
  files.drop(layer);
  std::vector<Mount> mounts{
      {.path = "",
       .place = layer,
       .read_only = container["securityContext"]["readOnlyRootFilesystem"].as_bool()}};
  for (const Value& wanted : container["volumeMounts"].items()) {
    const std::string path = wanted["mountPath"].str();
    const Value* const volume = volume_at(pod, container, path);
    if (volume == nullptr || path.empty() || path == "/") continue;
    Mount mount{.path = path,
                .place = {},
                .read_only = wanted["readOnly"].as_bool() ||
                             (*volume)["persistentVolumeClaim"]["readOnly"].as_bool()};
    const FilePlace place = place_of(pod, container, path, store);
    if (place.kind == FilePlace::Kind::kNodeDisk) {
      mount.place = "host/" + node;
      mount.folder = (*volume)["hostPath"]["path"].str();
    } else if (place.kind == FilePlace::Kind::kLayer) {
      mount.place = std::string(kGiven) + uid + "/" + (*volume)["name"].str();
      mount.read_only = true;
      files.forget(mount.place);
      fill(*volume, ns, store, mount.place, files);
    } else {
      mount.place = place.key;
    }
    const std::string below = wanted.has("subPathExpr")
                                  ? expand_variables(wanted["subPathExpr"].as_string(), environment)
                                  : wanted["subPath"].str();
    mount.folder = plain_folder(mount.folder + "/" + below);
    // The kubelet makes the folder of a subPath that is not there, as of most hostPaths.
    make_folders(files, mount.place, mount.folder);
    mounts.push_back(std::move(mount));
  }
  return std::make_shared<ContainerFiles>(files, std::move(mounts), container["workingDir"].str());
}

void forget_files_of_pod(const std::string& uid, Files& files) {
  for (const std::string_view kind : {kGiven, kLayer, kPod}) {
    files.drop_all(std::string(kind) + uid + "/");
  }
}

}  // namespace inferlab::sim
