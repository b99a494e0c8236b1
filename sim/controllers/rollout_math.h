#pragma once

#include <cstdint>
#include <optional>

namespace inferlab::sim {

/// A ReplicaSet as the sizes of a canary see it; counts are Pods.
struct CanarySet {
  std::int64_t replicas = 0;   // spec.replicas
  std::int64_t available = 0;  // status.availableReplicas
};

/// What the sizes of the two ReplicaSets of a canary without a traffic router follow from.
struct CanaryPlan {
  std::int64_t replicas = 0;  // of the Rollout
  std::int64_t weight = 0;    // percent that the canary is to have
  std::int64_t max_surge = 0, max_unavailable = 0;
  std::optional<CanarySet> canary = {};  // of the present template
  std::optional<CanarySet> stable = {};  // nullopt: there is none, or it is the canary
  std::int64_t others = 0;               // sum of spec.replicas of all further ReplicaSets
};

struct CanarySizes {
  std::int64_t canary = 0, stable = 0;
  friend bool operator==(const CanarySizes&, const CanarySizes&) = default;
};

/// Where a weight leads to: the whole numbers of Pods that come closest to it. The two add up to
/// `replicas`, or to one more where a surge is allowed and brings it closer; a weight from 1 to 99
/// leaves at least one of each if there can be two Pods.
CanarySizes canary_goal(std::int64_t replicas, std::int64_t weight, std::int64_t max_surge);

/// The sizes to set now, on the way there: no more Pods than replicas + max_surge, the stable ones
/// first, and no fewer available ones than replicas - max_unavailable.
/// Source: Argo Rollouts 1.9 documentation, "Canary", "Mimicking Rolling Update"; its
/// utils/replicaset/canary.go, CalculateReplicaCountsForBasicCanary.
CanarySizes canary_sizes(const CanaryPlan& plan);

}  // namespace inferlab::sim
