// gpu-count-exceeds-node: more GPUs than any node of the selected pools has.
#include <fmt/format.h>

#include <algorithm>

#include "labs/lint/checks/checks.h"
#include "labs/lint/pools.h"

namespace inferlab::labs::lint {
namespace {

void run(const Bundle& bundle, const Context& context, Report& report) {
  for (const Workload& workload : bundle.workloads()) {
    const PoolChoice choice = pools_for(workload, context);
    if (workload.gpus() == 0 || choice.with_gpu.empty() || !choice.large.empty()) continue;
    std::int64_t most = 0;
    for (const ContextPool* pool : choice.with_gpu) most = std::max(most, pool->gpus_per_node);
    for (const Container& container : workload.containers) {
      if (container.gpus() == 0) continue;
      report.add(*workload.object, container.at("resources.limits"),
                 fmt::format("its Pods ask for {} GPUs; a node that they may use has {}",
                             workload.gpus(), most));
      break;
    }
  }
}

}  // namespace

const Check kGpuCountExceedsNode = {
    .id = "gpu-count-exceeds-node",
    .tier = Tier::kContext,
    .severity = Severity::kError,
    .title = "more GPUs than any node of the selected pools has",
    .why =
        "A Pod lies on one node: with more GPUs than a node has it stays Pending for ever, however "
        "many nodes there are.",
    .mend =
        "Ask for at most one node's GPUs, select larger nodes, or spread the model over several "
        "Pods (pipeline parallel, LeaderWorkerSet).",
    .rows = "GPU-08",
    .run = run,
};

}  // namespace inferlab::labs::lint
