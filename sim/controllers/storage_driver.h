#pragma once

#include <cstdint>
#include <string>

#include "engine/base/time.h"

namespace inferlab::sim {

/// A CSI driver that is installed in the cluster: its provisioner, attacher and resizer.
///
/// Times are from the request to the answer of the storage behind it. The defaults are of a cloud's
/// block storage, and a guess: no published figure with conditions was found.
struct StorageDriver {
  std::string name;              // "disk.csi.example.com", what a StorageClass names
  Duration provision_time = 3s;  // CreateVolume
  Duration attach_time = 2s;     // ControllerPublishVolume; detaching takes as long
  Duration resize_time = 5s;     // ControllerExpandVolume
  Duration snapshot_time = 2s;   // CreateSnapshot, until the snapshot shows its moment
  /// Bytes per second at which a snapshot is copied before it can be used; 0: at once.
  double snapshot_bandwidth = 0;
  bool attaches = true;             // false: a file share, or a folder of the node
  bool shared = false;              // takes ReadWriteMany and ReadOnlyMany
  std::string topology_key = {};    // label of the nodes that reach a volume; empty: all do
  std::int64_t volumes_a_node = 0;  // attached at once at most; 0: no limit
};

}  // namespace inferlab::sim
