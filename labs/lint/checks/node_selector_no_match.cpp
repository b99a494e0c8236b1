// node-selector-no-match: no pool has the labels that the Pod asks for.
#include "labs/lint/checks/checks.h"
#include "labs/lint/pools.h"

namespace inferlab::labs::lint {
namespace {

void run(const Bundle& bundle, const Context& context, Report& report) {
  if (context.pools.empty()) return;
  for (const Workload& workload : bundle.workloads()) {
    if (!pools_for(workload, context).labelled.empty()) continue;
    const bool by_selector = !workload.pod["nodeSelector"].empty();
    report.add(*workload.object,
               workload.at(by_selector ? "nodeSelector" : "affinity.nodeAffinity"),
               "no pool of the cluster carries these labels");
  }
}

}  // namespace

const Check kNodeSelectorNoMatch = {
    .id = "node-selector-no-match",
    .tier = Tier::kContext,
    .severity = Severity::kError,
    .title = "no pool has the labels that the Pod asks for",
    .why =
        "The Pods stay Pending for ever, and an autoscaler of nodes has no pool that it could "
        "grow.",
    .mend = "Use labels that a pool carries; `kubectl get nodes --show-labels` lists them.",
    .rows = "GPU-02",
    .run = run,
};

}  // namespace inferlab::labs::lint
