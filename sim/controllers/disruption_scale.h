#pragma once

#include <span>
#include <string>
#include <vector>

#include "engine/base/result.h"
#include "sim/api/api.h"

namespace inferlab::sim {

/// How many Pods the controllers of some Pods want, all together: what percentages and
/// maxUnavailable of a PodDisruptionBudget are of.
struct WantedPods {
  std::int64_t count = 0;
  std::vector<std::string> unmanaged;  // Pods without a controller
};

/// The error has the text that kube-controller-manager shows.
/// Source: Kubernetes documentation, "Specifying a Disruption Budget for your Application",
/// "Arbitrary workloads and arbitrary selectors".
Result<WantedPods> wanted_pods(Api& api, std::span<const ObjectPtr> pods);

/// `value` (5 or "30%") of `total`, rounded up.
Result<std::int64_t> scaled_up(const Value& value, std::int64_t total);

}  // namespace inferlab::sim
