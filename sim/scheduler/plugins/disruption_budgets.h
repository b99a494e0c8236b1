#pragma once

#include <cstdint>
#include <set>
#include <string>
#include <vector>

#include "sim/api/store.h"
#include "sim/scheduler/node_info.h"

namespace inferlab::sim {

/// What preemption reads of a PodDisruptionBudget.
struct DisruptionBudget {
  std::string ns;
  LabelSelector selector;
  std::int64_t allowed = 0;         // status.disruptionsAllowed
  std::set<std::string> disrupted;  // status.disruptedPods: their eviction is counted already
};

/// All of them; none when the cluster has no such objects.
std::vector<DisruptionBudget> disruption_budgets(const Store& store);

/// For each Pod: would its eviction, after that of those before it, go beyond some budget?
/// Source: kube-scheduler, DefaultPreemption.
std::vector<bool> violations(const std::vector<PodInfoPtr>& pods,
                             std::vector<DisruptionBudget> budgets);

}  // namespace inferlab::sim
