#pragma once

#include <cstdint>
#include <map>
#include <string>
#include <vector>

#include "engine/base/time.h"
#include "sim/api/store.h"

namespace inferlab::sim {

/// Sorts Pods by who goes first when a ReplicaSet shrinks: without a node, Pending, not Ready, with
/// a lower pod-deletion-cost, on a node with more Pods of the same owner, Ready for a shorter time
/// (in powers of two of its length), with more restarts, younger. `pods_by_node` counts the
/// owner's. Source: Kubernetes documentation, "ReplicaSet", "Scaling a ReplicaSet".
void rank_for_deletion(std::vector<ObjectPtr>& pods,
                       const std::map<std::string, std::int64_t>& pods_by_node, Time now);

/// The same for a Job that shrinks: the cost of deletion and the node do not count, nor is a
/// difference of times too small to count. Source: kube-controller-manager 1.32, ActivePods.
void rank_plainly_for_deletion(std::vector<ObjectPtr>& pods);

}  // namespace inferlab::sim
