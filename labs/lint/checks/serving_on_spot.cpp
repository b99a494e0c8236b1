// serving-on-spot: a long-running server may land on a pool of spot nodes.
#include <fmt/format.h>

#include "labs/lint/checks/checks.h"
#include "labs/lint/pools.h"

namespace inferlab::labs::lint {
namespace {

void run(const Bundle& bundle, const Context& context, Report& report) {
  for (const Workload& workload : bundle.workloads()) {
    if (!workload.is_replicated() && !workload.is("Pod")) continue;
    for (const ContextPool* pool : pools_for(workload, context).open) {
      if (!pool->spot) continue;
      const bool tolerates = !workload.pod["tolerations"].empty();
      report.add(*workload.object, workload.at(tolerates ? "tolerations" : "nodeSelector"),
                 fmt::format("its Pods may land on pool \"{}\", whose nodes are spot", pool->name));
      break;
    }
  }
}

}  // namespace

const Check kServingOnSpot = {
    .id = "serving-on-spot",
    .tier = Tier::kContext,
    .severity = Severity::kWarning,
    .title = "a long-running server may land on a pool of spot nodes",
    .why =
        "The provider takes the node away with a minute's notice: every stream on it breaks, and "
        "the next replica loads for minutes.",
    .mend =
        "Take the toleration away or select a pool that stays; keep spot nodes for batch work that "
        "can be repeated.",
    .rows = "GPU-13",
    .run = run,
};

}  // namespace inferlab::labs::lint
