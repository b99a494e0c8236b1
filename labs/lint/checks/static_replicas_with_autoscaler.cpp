// static-replicas-with-autoscaler: spec.replicas stands beside an autoscaler.
#include <fmt/format.h>

#include "labs/lint/checks/checks.h"

namespace inferlab::labs::lint {
namespace {

void run(const Bundle& bundle, const Context&, Report& report) {
  for (const Workload& workload : bundle.workloads()) {
    const Scaler* scaler = bundle.scaler_of(workload);
    if (scaler == nullptr || !workload.object->written["spec"].has("replicas")) continue;
    report
        .add(*workload.object, "spec.replicas",
             fmt::format("replicas is {}, and {} sets it too",
                         workload.object->written["spec"]["replicas"].as_int(),
                         scaler->object->id()))
        .fixes = {{Fix::Kind::kRemove, "spec.replicas", {}}};
  }
}

}  // namespace

const Check kStaticReplicasWithAutoscaler = {
    .id = "static-replicas-with-autoscaler",
    .tier = Tier::kStatic,
    .severity = Severity::kWarning,
    .title = "spec.replicas stands beside an autoscaler",
    .why =
        "Every `kubectl apply` sets the number back to what the file says: in the middle of a peak "
        "most replicas end, and the others drown.",
    .mend = "Take spec.replicas away; the autoscaler sets it.",
    .rows = "K8S-07",
    .run = run,
};

}  // namespace inferlab::labs::lint
