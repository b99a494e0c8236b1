#pragma once

#include <cstdint>
#include <span>
#include <string_view>

#include "sim/scheduler/node_info.h"
#include "sim/scheduler/profile.h"

namespace inferlab::sim {

/// What would be requested of a resource with the Pod on the node, and how much there is.
struct Usage {
  std::int64_t requested = 0;
  std::int64_t allocatable = 0;  // 0: the resource does not count for this Pod and node
};
/// Of an extended resource that the Pod does not ask for nothing counts. `with_defaults`: CPU and
/// memory as kDefaultMilliCpu and kDefaultMemory say for containers without requests.
Usage usage_of(std::string_view resource, const PodInfo& pod, const NodeInfo& node,
               bool with_defaults);

// 0 … 100 each; the mean over `resources` by their weights, of those that the node has.
// Source: Kubernetes documentation, "Resource Bin Packing"; kube-scheduler, NodeResourcesFit.

/// The share that would be free.
std::int64_t least_allocated_score(std::span<const ScoredResource> resources, const PodInfo& pod,
                                   const NodeInfo& node);
/// The share that would be used.
std::int64_t most_allocated_score(std::span<const ScoredResource> resources, const PodInfo& pod,
                                  const NodeInfo& node);
/// A function of the used share, straight between the points of `shape`; resources that score
/// nothing are left out of the mean.
std::int64_t requested_to_capacity_score(std::span<const ScoredResource> resources,
                                         std::span<const ShapePoint> shape, const PodInfo& pod,
                                         const NodeInfo& node);

/// 0 … 100: how near the used shares of the resources would lie together. Counts real requests
/// only. Source: kube-scheduler, NodeResourcesBalancedAllocation.
std::int64_t balanced_allocation_score(std::span<const ScoredResource> resources,
                                       const PodInfo& pod, const NodeInfo& node);

}  // namespace inferlab::sim
