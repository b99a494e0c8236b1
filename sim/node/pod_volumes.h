#pragma once

#include <string>
#include <vector>

#include "sim/api/store.h"

namespace inferlab::sim {

/// How far the volumes of a Pod are from being mounted on its node.
struct VolumeReport {
  bool ready = false;   // all can be mounted
  std::string problem;  // of a FailedMount Event; empty: nothing to say, they are on their way
  /// Those that have to be attached to the node first, as status.volumesInUse names them.
  std::vector<std::string> attachable;
};

/// Looks at the claims, ConfigMaps and Secrets behind the volumes of a Pod, and at what its node
/// has attached. Other kinds of volumes are always there.
/// Source: kubelet 1.32, pkg/kubelet/volumemanager; the texts are its own.
VolumeReport look_at_volumes(const StoredObject& pod, const Store& store);

}  // namespace inferlab::sim
