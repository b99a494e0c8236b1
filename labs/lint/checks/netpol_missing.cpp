// netpol-missing: a workload that no NetworkPolicy selects.
#include <algorithm>

#include "labs/lint/checks/checks.h"

namespace inferlab::labs::lint {
namespace {

void run(const Bundle& bundle, const Context&, Report& report) {
  const std::vector<const Object*> policies = bundle.of_kind("NetworkPolicy");
  for (const Workload& workload : bundle.workloads()) {
    // Network policies of a plugin of the network select in their own way.
    const bool others =
        std::any_of(bundle.objects().begin(), bundle.objects().end(), [&](const Object& object) {
          return object.kind == "CiliumNetworkPolicy" && object.ns == workload.ns();
        });
    // It governs no Pod that shares its node's network.
    if (others || workload.pod["hostNetwork"].as_bool()) continue;
    const bool selected = std::any_of(policies.begin(), policies.end(), [&](const Object* policy) {
      return policy->ns == workload.ns() &&
             sim::LabelSelector::from_object(policy->value["spec"]["podSelector"])
                 .matches(workload.labels);
    });
    if (!selected) report.add(*workload.object, "metadata", "no NetworkPolicy selects its Pods");
  }
}

}  // namespace

const Check kNetpolMissing = {
    .id = "netpol-missing",
    .tier = Tier::kStatic,
    .severity = Severity::kWarning,
    .title = "a workload that no NetworkPolicy selects",
    .why =
        "Every Pod of the cluster may talk to it, and it to everything: a model server answers "
        "whoever finds its port.",
    .mend = "Add a NetworkPolicy that selects its Pods and lets in who calls them.",
    .rows = "K8S-11",
    .run = run,
};

}  // namespace inferlab::labs::lint
