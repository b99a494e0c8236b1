// netpol-matches-nothing: a NetworkPolicy that selects no workload.
#include "labs/lint/checks/checks.h"

namespace inferlab::labs::lint {
namespace {

void run(const Bundle& bundle, const Context&, Report& report) {
  for (const Object* policy : bundle.of_kind("NetworkPolicy")) {
    const sim::Value& selector = policy->value["spec"]["podSelector"];
    // {} is for all Pods of the namespace, those of other bundles too.
    if (selector.empty() || !bundle.selected_by(selector, policy->ns).empty()) continue;
    report.add(*policy, "spec.podSelector", "selects no workload of its namespace");
  }
}

}  // namespace

const Check kNetpolMatchesNothing = {
    .id = "netpol-matches-nothing",
    .tier = Tier::kStatic,
    .severity = Severity::kWarning,
    .title = "a NetworkPolicy that selects no workload",
    .why = "The Pods that it was written for are open to everybody.",
    .mend = "Use the labels of the Pods, and their namespace.",
    .rows = "K8S-11",
    .run = run,
};

}  // namespace inferlab::labs::lint
