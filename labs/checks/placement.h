#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "labs/checks/workload.h"
#include "sim/node/kubelets.h"

namespace inferlab::labs {

struct PlacedPod {
  std::string pod, node, pool;
};

/// Where the Pods that a Deployment ever had were bound to.
struct Placement {
  std::vector<PlacedPod> placed;
  std::size_t pods = 0;  // that were bound
  /// The first one that is not on `pool`, or nullptr. Points into *this.
  [[nodiscard]] const PlacedPod* outside(const std::string& pool) const&;
  const PlacedPod* outside(const std::string& pool) const&& = delete;
};

/// What is to be said of a Deployment whose Pods name their node themselves, so that no scheduler
/// looks at labels and taints; empty for others.
std::string past_the_scheduler(const Workload& workload);

Placement placement_of(const Workload& workload, const sim::Kubelets& kubelets);

}  // namespace inferlab::labs
