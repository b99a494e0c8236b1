// pdb-missing: a served workload without a PodDisruptionBudget.
#include <algorithm>

#include "labs/lint/checks/checks.h"

namespace inferlab::labs::lint {
namespace {

void run(const Bundle& bundle, const Context&, Report& report) {
  const std::vector<const Object*> budgets = bundle.of_kind("PodDisruptionBudget");
  for (const Workload& workload : bundle.workloads()) {
    if (!workload.is_replicated() || !bundle.is_served(workload)) continue;
    if (bundle.floor_of(workload) < 2) continue;
    const bool has_budget = std::any_of(budgets.begin(), budgets.end(), [&](const Object* budget) {
      return budget->ns == workload.ns() &&
             sim::LabelSelector::from_object(budget->value["spec"]["selector"])
                 .matches(workload.labels);
    });
    if (has_budget) continue;
    report.add(*workload.object, "metadata", "no PodDisruptionBudget selects its Pods");
  }
}

}  // namespace

const Check kPdbMissing = {
    .id = "pdb-missing",
    .tier = Tier::kStatic,
    .severity = Severity::kWarning,
    .title = "a served workload without a PodDisruptionBudget",
    .why = "A drain for maintenance may evict all replicas at once; each then loads for minutes.",
    .mend = "Add a PodDisruptionBudget that selects its Pods, with maxUnavailable 1.",
    .rows = "K8S-10",
    .run = run,
};

}  // namespace inferlab::labs::lint
