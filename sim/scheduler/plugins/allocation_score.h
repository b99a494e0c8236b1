#pragma once

#include <cstdint>

#include "sim/scheduler/node_info.h"

namespace inferlab::sim {

/// 0 … 100: the mean over CPU and memory of the share that would be free with the Pod on the node.
/// Counts what kDefaultMilliCpu says for containers without requests; a resource that the node does
/// not have is left out. Source: kube-scheduler, NodeResourcesFit, strategy LeastAllocated.
std::int64_t least_allocated_score(const PodInfo& pod, const NodeInfo& node);

/// 0 … 100: how near the used shares of CPU and memory would lie together with the Pod on the node.
/// Counts real requests only. Source: kube-scheduler, NodeResourcesBalancedAllocation.
std::int64_t balanced_allocation_score(const PodInfo& pod, const NodeInfo& node);

}  // namespace inferlab::sim
