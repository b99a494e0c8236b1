// naked-pod: a Pod that nothing makes again.
#include "labs/lint/checks/checks.h"

namespace inferlab::labs::lint {
namespace {

void run(const Bundle& bundle, const Context&, Report& report) {
  for (const Workload& workload : bundle.workloads()) {
    if (!workload.is("Pod")) continue;
    if (!workload.object->written["metadata"]["ownerReferences"].empty()) continue;
    report.add(*workload.object, "kind", "is a Pod without a controller");
  }
}

}  // namespace

const Check kNakedPod = {
    .id = "naked-pod",
    .tier = Tier::kStatic,
    .severity = Severity::kWarning,
    .title = "a Pod that nothing makes again",
    .why =
        "It goes with its node: nobody starts another, and the service is down until a person "
        "notices.",
    .mend = "Put it into a Deployment, a StatefulSet or a Job.",
    .rows = "K8S-01",
    .run = run,
};

}  // namespace inferlab::labs::lint
