#include "sim/node/file_place.h"

#include "sim/api/csi_volume.h"
#include "sim/api/views_storage.h"
#include "sim/node/volume_contents.h"

namespace inferlab::sim {

const Value* volume_at(const Value& pod, const Value& container, std::string_view path) {
  const Value* found = nullptr;
  std::size_t longest = 0;
  for (const Value& mount : container["volumeMounts"].items()) {
    std::string_view at = mount["mountPath"].as_string();
    if (at.ends_with('/')) at.remove_suffix(1);
    const bool is_above =
        path.starts_with(at) && (path.size() == at.size() || path[at.size()] == '/');
    if (!is_above || (found != nullptr && at.size() < longest)) continue;
    for (const Value& volume : pod["spec"]["volumes"].items()) {
      if (volume["name"].as_string() != mount["name"].as_string()) continue;
      found = &volume;
      longest = at.size();
    }
  }
  return found;
}

FilePlace place_of(const Value& pod, const Value& container, std::string_view path,
                   const Store& store) {
  using enum FilePlace::Kind;
  const Value* volume = volume_at(pod, container, path);
  if (volume == nullptr) return {};
  const std::string name = (*volume)["name"].str();
  if (volume->has("emptyDir")) {
    return {kPodDisk, "pod/" + pod["metadata"]["uid"].str() + "/" + name};
  }
  if (volume->has("hostPath")) {
    return {kNodeDisk, "host/" + (*volume)["hostPath"]["path"].str()};
  }
  const std::string claim = claim_of_volume(pod, *volume);
  if (claim.empty()) return {};
  return {kVolume, volume_key(store, pod["metadata"]["namespace"].str(), claim)};
}

}  // namespace inferlab::sim
