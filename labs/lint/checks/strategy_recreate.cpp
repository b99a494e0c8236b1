// strategy-recreate: a served Deployment that is replaced all at once.
#include "labs/lint/checks/checks.h"

namespace inferlab::labs::lint {
namespace {

void run(const Bundle& bundle, const Context&, Report& report) {
  for (const Workload& workload : bundle.workloads()) {
    if (!workload.is("Deployment") || !bundle.is_served(workload)) continue;
    if (workload.object->value["spec"]["strategy"]["type"].as_string() != "Recreate") continue;
    report.add(*workload.object, "spec.strategy.type", "a release takes all replicas away first");
  }
}

}  // namespace

const Check kStrategyRecreate = {
    .id = "strategy-recreate",
    .tier = Tier::kStatic,
    .severity = Severity::kWarning,
    .title = "a served Deployment that is replaced all at once",
    .why =
        "Recreate ends every replica before the first new one starts: each release is an outage as "
        "long as the model loads.",
    .mend =
        "Use RollingUpdate, with maxSurge where there is a GPU to spare and maxUnavailable where "
        "there is none.",
    .rows = "LIF-07",
    .run = run,
};

}  // namespace inferlab::labs::lint
