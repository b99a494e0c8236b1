// pdb-matches-nothing: a PodDisruptionBudget that selects no workload.
#include "labs/lint/checks/checks.h"

namespace inferlab::labs::lint {
namespace {

void run(const Bundle& bundle, const Context&, Report& report) {
  for (const Object* budget : bundle.of_kind("PodDisruptionBudget")) {
    if (!bundle.selected_by(budget->value["spec"]["selector"], budget->ns).empty()) continue;
    report.add(*budget, "spec.selector", "selects no workload of its namespace");
  }
}

}  // namespace

const Check kPdbMatchesNothing = {
    .id = "pdb-matches-nothing",
    .tier = Tier::kStatic,
    .severity = Severity::kWarning,
    .title = "a PodDisruptionBudget that selects no workload",
    .why = "It protects nothing: a drain evicts all replicas at once.",
    .mend = "Use the labels of the Pods, and their namespace.",
    .rows = "K8S-10",
    .run = run,
};

}  // namespace inferlab::labs::lint
