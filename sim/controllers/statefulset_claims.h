#pragma once

#include <optional>
#include <string>

#include "sim/api/value.h"

namespace inferlab::sim {

/// Whose claim it is when it comes to deleting it: the StatefulSet, and the Pod that mounts it.
struct ClaimHolders {
  Value set;                         // the document
  std::string pod_name, pod_uid;     // no uid: the Pod is yet to be made
  bool deletes_when_scaled = false;  // spec.persistentVolumeClaimRetentionPolicy of the set
  bool deletes_when_deleted = false;
  bool condemned = false;  // the Pod's number is not wanted any more
};

/// What metadata.ownerReferences of `claim` should be, so that the garbage collector deletes it
/// when the set's retention policy says so: owned by the set to go with it, by the condemned Pod to
/// go with that. nullopt: as they are. Claims that another controller owns, or that belonged to a
/// set or Pod of the same name which is gone, are left alone. Source: Kubernetes documentation,
/// "StatefulSets", "PersistentVolumeClaim retention".
std::optional<Value> claim_owners_to_set(const Value& claim, const ClaimHolders& holders);

/// The claim goes with a Pod of this name that is gone: the new one has to wait until it is gone
/// too.
bool is_stale_claim(const Value& claim, const ClaimHolders& holders);

}  // namespace inferlab::sim
