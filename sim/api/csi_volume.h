#pragma once

#include <string>
#include <string_view>

#include "sim/api/value.h"

namespace inferlab::sim {

// What attach-detach controller and kubelet tell each other in a Node's status.
// Source: Kubernetes API reference, NodeStatus; Kubernetes 1.32, pkg/volume/util.

/// How status.volumesAttached and volumesInUse name the volume of this PersistentVolume,
/// "kubernetes.io/csi/DRIVER^HANDLE"; empty: it is no CSI volume, and never attached.
std::string attached_name(const Value& persistent_volume);

/// The name of the claim behind a volume of a Pod; empty: there is none.
std::string claim_of_volume(const Value& pod, const Value& volume);

/// The annotation with which a kubelet leaves attaching to the controller.
inline constexpr std::string_view kManagedAttach =
    "volumes.kubernetes.io/controller-managed-attach-detach";

}  // namespace inferlab::sim
