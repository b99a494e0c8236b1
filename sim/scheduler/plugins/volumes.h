#pragma once

#include <optional>
#include <string>
#include <vector>

#include "sim/api/store.h"
#include "sim/scheduler/node_info.h"

namespace inferlab::sim {

// What VolumeBinding reads of claims, volumes and their classes. A cluster without such objects
// has none of them.
// Source: Kubernetes documentation, "Persistent Volumes" and "Storage Classes"; kube-scheduler,
// VolumeBinding.

/// A claim of a Pod, as it stands.
struct PodClaim {
  ObjectPtr object;
  bool bound = false;  // to a volume, and that was finished
  bool waits = false;  // for its first Pod: WaitForFirstConsumer
  ObjectPtr volume;    // of a bound one; nullptr: it is gone
  ObjectPtr storage;   // its StorageClass, or nullptr
};

/// The claims of a Pod, in the order of its volumes; or, as text, why there is none: a claim that
/// is missing, lost or on its way out.
struct PodClaims {
  std::vector<PodClaim> claims;
  std::string trouble;  // empty: none
};
PodClaims claims_of(const PodInfo& pod, const Store& store);

/// kube-scheduler's words for a claim that is not there.
std::string claim_not_found(const std::string& name);
/// Only one Pod may use it: access mode ReadWriteOncePod.
bool is_for_one_pod(const StoredObject& claim);

/// A volume that a CSI driver attaches: of a claim that is bound to one, or will be.
struct CsiVolume {
  std::string driver, handle;  // equal handles: one volume
};
std::vector<CsiVolume> csi_volumes(const PodInfo& pod, const Store& store);

/// Can the volume be reached from there?
bool reaches(const StoredObject& volume, const NodeInfo& node);

/// What a claim that waits would get on a node.
struct VolumeChoice {
  ObjectPtr claim;
  ObjectPtr volume;  // one that is there and free; nullptr: the class's provisioner makes one
};
/// For each of the claims that wait a volume of its own; nullopt: there are not enough.
std::optional<std::vector<VolumeChoice>> choose_volumes(const std::vector<PodClaim>& claims,
                                                        const NodeInfo& node, const Store& store);

}  // namespace inferlab::sim
