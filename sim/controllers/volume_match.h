#pragma once

#include <string>

#include "sim/api/store.h"
#include "sim/api/views_storage.h"

namespace inferlab::sim {

// Which volume a claim gets. Source: Kubernetes documentation, "Persistent Volumes", "Binding";
// kube-controller-manager 1.32, component-helpers/storage/volume.

inline constexpr std::string_view kBindCompleted = "pv.kubernetes.io/bind-completed";
inline constexpr std::string_view kBoundByController = "pv.kubernetes.io/bound-by-controller";
inline constexpr std::string_view kProvisionedBy = "pv.kubernetes.io/provisioned-by";
inline constexpr std::string_view kSelectedNode = "volume.kubernetes.io/selected-node";
inline constexpr std::string_view kProvisioner = "volume.kubernetes.io/storage-provisioner";
inline constexpr std::string_view kBetaProvisioner =
    "volume.beta.kubernetes.io/storage-provisioner";

/// The volume is meant for this claim: by name, and by uid where it states one.
bool is_bound_to(const PersistentVolumeView& volume, const StoredObject& claim);

/// The smallest free volume that will do, of those with the fewest access modes; one that is meant
/// for the claim is taken before all others. `delayed`: only such a one, since the scheduler finds
/// the others. nullptr: none.
ObjectPtr best_volume(const StoredObject& claim, const Store& store, bool delayed);

/// Why the claim may not have the volume that it names; empty: it may.
std::string why_unsatisfying(const PersistentVolumeView& volume,
                             const PersistentVolumeClaimView& claim);

/// Several nodes may have it attached at once.
bool allows_many_nodes(const PersistentVolumeView& volume);

}  // namespace inferlab::sim
