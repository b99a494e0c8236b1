// cpu-pod-on-gpu-pool: a Pod without GPU may land on a GPU pool.
#include <fmt/format.h>

#include "labs/lint/checks/checks.h"
#include "labs/lint/pools.h"

namespace inferlab::labs::lint {
namespace {

void run(const Bundle& bundle, const Context& context, Report& report) {
  for (const Workload& workload : bundle.workloads()) {
    // A DaemonSet is meant for every node that it tolerates: drivers, exporters.
    if (workload.gpus() > 0 || workload.is("DaemonSet")) continue;
    for (const ContextPool* pool : pools_for(workload, context).open) {
      if (pool->gpus_per_node == 0) continue;
      const bool tolerates = !workload.pod["tolerations"].empty();
      report.add(*workload.object, workload.at(tolerates ? "tolerations" : "nodeSelector"),
                 fmt::format("its Pods need no GPU and may land on pool \"{}\"", pool->name));
      break;
    }
  }
}

}  // namespace

const Check kCpuPodOnGpuPool = {
    .id = "cpu-pod-on-gpu-pool",
    .tier = Tier::kContext,
    .severity = Severity::kWarning,
    .title = "a Pod without GPU may land on a GPU pool",
    .why =
        "It takes the processors and the memory that a model server needs beside its GPU, and "
        "keeps a node up that costs a hundred times what it uses.",
    .mend = "Take the toleration away, or bind the Pods to a pool without GPUs by nodeSelector.",
    .rows = "GPU-10",
    .run = run,
};

}  // namespace inferlab::labs::lint
