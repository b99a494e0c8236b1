#include "sim/node/pod_volumes.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <optional>

#include "sim/api/csi_volume.h"
#include "sim/api/views_storage.h"

namespace inferlab::sim {
namespace {

std::string setup_failed(const Value& volume, std::string_view why) {
  return fmt::format("MountVolume.SetUp failed for volume \"{}\" : {}", volume["name"].as_string(),
                     why);
}

/// A ConfigMap or Secret that a volume shows; empty: it is there.
std::string missing_source(const Value& volume, const std::string& ns, const Store& store) {
  const bool is_secret = volume.has("secret");
  if (!is_secret && !volume.has("configMap")) return {};
  const Value& source = volume[is_secret ? "secret" : "configMap"];
  if (source["optional"].as_bool()) return {};
  const std::string name = source[is_secret ? "secretName" : "name"].str();
  if (store.get({is_secret ? "secrets" : "configmaps", ns, name}) != nullptr) return {};
  return setup_failed(volume,
                      fmt::format("{} \"{}\" not found", is_secret ? "secret" : "configmap", name));
}

/// The volume behind a claim of the Pod, or why there is none.
struct Found {
  ObjectPtr volume;
  std::string trouble;
};

Found volume_behind(const std::string& ns, const std::string& name, const Store& store) {
  const ObjectPtr claim = store.get({"persistentvolumeclaims", ns, name});
  if (claim == nullptr) {
    return {nullptr, fmt::format("failed to fetch PVC from API server: persistentvolumeclaims "
                                 "\"{}\" not found",
                                 name)};
  }
  const Value& document = claim->document;
  if (document["metadata"].has("deletionTimestamp")) return {nullptr, "PVC is being deleted"};
  const std::string volume = document["spec"]["volumeName"].str();
  if (volume.empty() || document["status"]["phase"].as_string() != "Bound") {
    return {nullptr, "PVC is not bound"};
  }
  ObjectPtr found = store.get({"persistentvolumes", "", volume});
  if (found == nullptr) {
    return {nullptr, fmt::format("failed to fetch PV {0} from API server: persistentvolumes "
                                 "\"{0}\" not found",
                                 volume)};
  }
  return {std::move(found), {}};
}

bool reaches(const PersistentVolumeView& volume, const StoredObject* node) {
  if (!volume.node_affinity || node == nullptr) return true;
  const MetaView meta(node->document["metadata"]);
  const Labels fields = {{"metadata.name", node->key.name}};
  return std::any_of(volume.node_affinity->begin(), volume.node_affinity->end(),
                     [&](const NodeSelectorTerm& term) {
                       return term.expressions.matches(meta.labels) && term.fields.matches(fields);
                     });
}

bool is_attached(const StoredObject* node, std::string_view name) {
  if (node == nullptr) return false;
  const auto& attached = node->document["status"]["volumesAttached"].items();
  return std::any_of(attached.begin(), attached.end(),
                     [&](const Value& one) { return one["name"].as_string() == name; });
}

}  // namespace

VolumeReport look_at_volumes(const StoredObject& pod, const Store& store) {
  VolumeReport out;
  const Value& document = pod.document;
  const std::string& ns = pod.key.ns;
  std::vector<std::string> failed;    // volumes whose claims stand in the way
  std::vector<std::string> troubles;  // and how
  std::string not_mounted;            // what the first one that cannot be mounted lacks
  bool waits = false;
  ObjectPtr node;
  for (const Value& volume : document["spec"]["volumes"].items()) {
    const std::string claim = claim_of_volume(document, volume);
    if (claim.empty()) {
      if (not_mounted.empty()) not_mounted = missing_source(volume, ns, store);
      continue;
    }
    if (node == nullptr) node = store.get({"nodes", "", document["spec"]["nodeName"].str()});
    const Found found = volume_behind(ns, claim, store);
    if (found.volume == nullptr) {
      failed.push_back(volume["name"].str());
      troubles.push_back(fmt::format("error processing PVC {}/{}: {}", ns, claim, found.trouble));
      continue;
    }
    const auto& view = found.volume->view<PersistentVolumeView>();
    if (!reaches(view, node.get())) {
      if (not_mounted.empty()) {
        not_mounted = fmt::format(
            "MountVolume.NodeAffinity check failed for volume \"{}\" : no matching "
            "NodeSelectorTerms",
            found.volume->key.name);
      }
      continue;
    }
    const std::string name = attached_name(found.volume->document);
    if (name.empty()) continue;
    out.attachable.push_back(name);
    waits = waits || !is_attached(node.get(), name);
  }
  if (!failed.empty()) {
    out.problem = fmt::format(
        "Unable to attach or mount volumes: unmounted volumes=[{0}], unattached volumes=[], failed "
        "to process volumes=[{0}]: {1}",
        fmt::join(failed, " "), fmt::join(troubles, "; "));
    return out;
  }
  out.problem = std::move(not_mounted);
  out.ready = out.problem.empty() && !waits;
  return out;
}

}  // namespace inferlab::sim
