#pragma once

#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "sim/controllers/daemonset_pods.h"
#include "sim/controllers/daemonset_view.h"

namespace inferlab::sim {

/// What to do next: Pods to delete, and nodes that need one.
struct DaemonWork {
  std::vector<ObjectPtr> surplus;
  std::vector<std::string> nodes;
  [[nodiscard]] bool empty() const { return surplus.empty() && nodes.empty(); }
};

/// The next step of a rolling update to the version of `hash`. Without surge, old Pods that are not
/// available go at once and available ones as long as no more than maxUnavailable are missing; with
/// surge, new Pods come beside the old ones on maxSurge nodes, and an old one goes once the new one
/// is available. `wanted` are the nodes a Pod should be on,
/// by name. Pure.
/// Source: Kubernetes documentation, "Perform a Rolling Update on a DaemonSet";
/// kube-controller-manager 1.32.
DaemonWork next_update_step(const StoredObject& set, std::string_view hash, PodsByNode pods,
                            std::span<const std::string> wanted, Time now);

}  // namespace inferlab::sim
