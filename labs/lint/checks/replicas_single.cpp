// replicas-single: a served workload whose effective floor is one replica; an autoscaler's minimum
// counts.
#include <fmt/format.h>

#include "labs/lint/checks/checks.h"

namespace inferlab::labs::lint {
namespace {

void run(const Bundle& bundle, const Context&, Report& report) {
  for (const Workload& workload : bundle.workloads()) {
    if (!workload.is_replicated() || !bundle.is_served(workload)) continue;
    if (bundle.floor_of(workload) > 1) continue;
    const Scaler* scaler = bundle.scaler_of(workload);
    report.add(*workload.object, "spec.replicas",
               scaler == nullptr ? fmt::format("runs {} replica(s)", bundle.floor_of(workload))
                                 : fmt::format("{} lets it go down to {} replica(s)",
                                               scaler->object->id(), scaler->floor));
  }
}

}  // namespace

const Check kReplicasSingle = {
    .id = "replicas-single",
    .tier = Tier::kStatic,
    .severity = Severity::kWarning,
    .title = "a served workload with a single replica",
    .why =
        "A crash, a drain or a new version takes the whole service down for as long as the model "
        "loads.",
    .mend = "Run two replicas at least, as spec.replicas or as the autoscaler's minimum.",
    .rows = "FLR-07",
    .run = run,
};

}  // namespace inferlab::labs::lint
