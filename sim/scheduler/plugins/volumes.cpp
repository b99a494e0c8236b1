#include "sim/scheduler/plugins/volumes.h"

#include <fmt/format.h>

#include <algorithm>
#include <set>

#include "sim/scheduler/plugins/node_match.h"

namespace inferlab::sim {
namespace {

constexpr const char* kNoProvisioner = "kubernetes.io/no-provisioner";

std::vector<NodeSelectorTerm> terms_of(const Value& list) {
  std::vector<NodeSelectorTerm> out;
  for (const Value& term : list.items()) {
    out.push_back({LabelSelector::from_expressions(term["matchExpressions"]),
                   LabelSelector::from_expressions(term["matchFields"])});
  }
  return out;
}

// Topology terms are alternatives; each names keys and the values that will do.
bool allows(const StoredObject& storage, const NodeInfo& node) {
  const Value& topologies = storage.document["allowedTopologies"];
  if (topologies.empty()) return true;
  const Labels& labels = node.view().meta.labels;
  const auto meets = [&labels](const Value& expression) {
    const auto label = labels.find(expression["key"].as_string());
    if (label == labels.end()) return false;
    const auto& values = expression["values"].items();
    return std::any_of(values.begin(), values.end(),
                       [&label](const Value& value) { return value.as_string() == label->second; });
  };
  const auto& terms = topologies.items();
  return std::any_of(terms.begin(), terms.end(), [&meets](const Value& term) {
    const auto& expressions = term["matchLabelExpressions"].items();
    return !expressions.empty() && std::all_of(expressions.begin(), expressions.end(), meets);
  });
}

std::string_view mode_of(const Value& spec) {
  return spec["volumeMode"].as_string("Filesystem");
}

bool has_access_modes(const Value& claim, const Value& volume) {
  const auto& has = volume["accessModes"].items();
  const auto& asks = claim["accessModes"].items();
  return std::all_of(asks.begin(), asks.end(), [&has](const Value& mode) {
    return std::any_of(has.begin(), has.end(),
                       [&mode](const Value& one) { return one.as_string() == mode.as_string(); });
  });
}

std::int64_t bytes(const Value& resources) {
  const Resources all = resources_from(resources);
  const auto found = all.find("storage");
  return found == all.end() ? 0 : found->second.units();
}

bool is_for(const StoredObject& volume, const StoredObject& claim) {
  const Value& reference = volume.document["spec"]["claimRef"];
  return reference["name"].as_string() == claim.key.name &&
         reference["namespace"].as_string() == claim.key.ns &&
         (reference["uid"].empty() ||
          reference["uid"].as_string() == claim.document["metadata"]["uid"].as_string());
}

bool could_hold(const StoredObject& volume, const StoredObject& claim, const NodeInfo& node) {
  const Value& has = volume.document["spec"];
  const Value& asks = claim.document["spec"];
  if (bytes(has["capacity"]) < bytes(asks["resources"]["requests"])) return false;
  if (mode_of(has) != mode_of(asks) || !reaches(volume, node)) return false;
  if (!volume.document["metadata"]["deletionTimestamp"].is_null()) return false;
  if (!has["claimRef"].is_null()) return is_for(volume, claim);
  if (volume.document["status"]["phase"].as_string() != "Available") return false;
  if (has["storageClassName"].as_string() != asks["storageClassName"].as_string()) return false;
  if (!asks["selector"].is_null() &&
      !LabelSelector::from_object(asks["selector"])
           .matches(labels_from(volume.document["metadata"]["labels"]))) {
    return false;
  }
  return has_access_modes(asks, has);
}

}  // namespace

std::string claim_not_found(const std::string& name) {
  return fmt::format("persistentvolumeclaim \"{}\" not found", name);
}

bool is_for_one_pod(const StoredObject& claim) {
  const auto& modes = claim.document["spec"]["accessModes"].items();
  return std::any_of(modes.begin(), modes.end(),
                     [](const Value& mode) { return mode.as_string() == "ReadWriteOncePod"; });
}

std::vector<CsiVolume> csi_volumes(const PodInfo& pod, const Store& store) {
  std::vector<CsiVolume> out;
  for (const std::string& name : pod.spec->claims) {
    const ObjectPtr claim = store.get({"persistentvolumeclaims", pod.ns, name});
    if (claim == nullptr) continue;
    const Value& spec = claim->document["spec"];
    const ObjectPtr volume = spec["volumeName"].empty()
                                 ? nullptr
                                 : store.get({"persistentvolumes", "", spec["volumeName"].str()});
    if (volume != nullptr) {
      const Value& csi = volume->document["spec"]["csi"];
      if (!csi.is_null()) out.push_back({csi["driver"].str(), csi["volumeHandle"].str()});
      continue;
    }
    // One that is still to be made will be the class's.
    const ObjectPtr storage =
        store.get({"storageclasses.storage.k8s.io", "", spec["storageClassName"].str()});
    if (storage == nullptr || storage->document["provisioner"].as_string() == kNoProvisioner) {
      continue;
    }
    out.push_back({storage->document["provisioner"].str(), pod.ns + "/" + name});
  }
  return out;
}

PodClaims claims_of(const PodInfo& pod, const Store& store) {
  PodClaims out;
  const Value& volumes = pod.object->document["spec"]["volumes"];
  for (const Value& volume : volumes.items()) {
    const bool ephemeral = volume.has("ephemeral");
    if (!ephemeral && !volume.has("persistentVolumeClaim")) continue;
    const std::string name = ephemeral ? pod.object->key.name + "-" + volume["name"].str()
                                       : volume["persistentVolumeClaim"]["claimName"].str();
    PodClaim claim;
    claim.object = store.get({"persistentvolumeclaims", pod.ns, name});
    if (claim.object == nullptr) {
      out.trouble =
          ephemeral
              ? fmt::format(
                    "waiting for ephemeral volume controller to create the persistentvolumeclaim "
                    "\"{}\"",
                    name)
              : claim_not_found(name);
      return out;
    }
    const Value& document = claim.object->document;
    const std::string volume_name = document["spec"]["volumeName"].str();
    if (document["status"]["phase"].as_string() == "Lost") {
      out.trouble =
          fmt::format("persistentvolumeclaim \"{}\" bound to non-existent persistentvolume \"{}\"",
                      name, volume_name);
      return out;
    }
    if (!document["metadata"]["deletionTimestamp"].is_null()) {
      out.trouble = fmt::format("persistentvolumeclaim \"{}\" is being deleted", name);
      return out;
    }
    claim.bound = !volume_name.empty() &&
                  document["metadata"]["annotations"].has("pv.kubernetes.io/bind-completed");
    if (claim.bound) {
      claim.volume = store.get({"persistentvolumes", "", volume_name});
    } else {
      const std::string storage = document["spec"]["storageClassName"].str();
      claim.storage = store.get({"storageclasses.storage.k8s.io", "", storage});
      // One that names its volume already waits for nobody.
      claim.waits =
          volume_name.empty() && claim.storage != nullptr &&
          claim.storage->document["volumeBindingMode"].as_string() == "WaitForFirstConsumer";
    }
    out.claims.push_back(std::move(claim));
  }
  return out;
}

bool reaches(const StoredObject& volume, const NodeInfo& node) {
  const Value& required = volume.document["spec"]["nodeAffinity"]["required"];
  return required.is_null() || matches_any(terms_of(required["nodeSelectorTerms"]), node);
}

std::optional<std::vector<VolumeChoice>> choose_volumes(const std::vector<PodClaim>& claims,
                                                        const NodeInfo& node, const Store& store) {
  std::vector<VolumeChoice> chosen;
  std::vector<const PodClaim*> waiting;
  for (const PodClaim& claim : claims) {
    if (claim.waits) waiting.push_back(&claim);
  }
  if (waiting.empty()) return chosen;
  // The smallest claim chooses first, and the smallest volume that will do.
  const auto request = [](const PodClaim* claim) {
    return bytes(claim->object->document["spec"]["resources"]["requests"]);
  };
  std::stable_sort(
      waiting.begin(), waiting.end(),
      [&request](const PodClaim* a, const PodClaim* b) { return request(a) < request(b); });
  const std::vector<ObjectPtr> volumes = store.list("persistentvolumes");
  std::set<std::string> taken;
  for (const PodClaim* claim : waiting) {
    ObjectPtr best;
    for (const ObjectPtr& volume : volumes) {
      if (taken.contains(volume->key.name) || !could_hold(*volume, *claim->object, node)) continue;
      const bool smaller = best == nullptr || bytes(volume->document["spec"]["capacity"]) <
                                                  bytes(best->document["spec"]["capacity"]);
      if (smaller) best = volume;
    }
    chosen.push_back({claim->object, best});
    if (best != nullptr) {
      taken.insert(best->key.name);
      continue;
    }
    const std::string_view provisioner = claim->storage->document["provisioner"].as_string();
    if (provisioner.empty() || provisioner == kNoProvisioner || !allows(*claim->storage, node)) {
      return std::nullopt;
    }
  }
  return chosen;
}

}  // namespace inferlab::sim
