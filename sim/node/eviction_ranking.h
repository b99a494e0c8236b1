#pragma once

#include <vector>

#include "sim/node/node_usage.h"

namespace inferlab::sim {

/// Puts the Pods into the order in which the kubelet evicts them when `signal` is short: those over
/// their request first, then those of lower priority, then those furthest over their request; PIDs
/// know no requests. Pods that are equal in all that stay in their order.
/// `has_image_disk`: writable layers are on a disk of their own, with the images.
/// Source: Kubernetes documentation, "Node-pressure Eviction", "Pod selection for kubelet
/// eviction".
void rank_for_eviction(std::vector<PodUsage>& pods, Signal signal, bool has_image_disk);

}  // namespace inferlab::sim
