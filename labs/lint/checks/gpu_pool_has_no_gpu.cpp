// gpu-pool-has-no-gpu: a Pod with GPUs is bound to pools without any.
#include <fmt/format.h>

#include "labs/lint/checks/checks.h"
#include "labs/lint/pools.h"

namespace inferlab::labs::lint {
namespace {

void run(const Bundle& bundle, const Context& context, Report& report) {
  for (const Workload& workload : bundle.workloads()) {
    if (workload.gpus() == 0) continue;
    const PoolChoice choice = pools_for(workload, context);
    if (choice.labelled.empty() || !choice.with_gpu.empty()) continue;
    report.add(*workload.object, workload.at("nodeSelector"),
               fmt::format("pool \"{}\" has no GPU, and {} are asked for",
                           choice.labelled.front()->name, workload.gpus()));
  }
}

}  // namespace

const Check kGpuPoolHasNoGpu = {
    .id = "gpu-pool-has-no-gpu",
    .tier = Tier::kContext,
    .severity = Severity::kError,
    .title = "a Pod with GPUs is bound to pools without any",
    .why =
        "The Pods stay Pending for ever: `Insufficient nvidia.com/gpu` on every node they may use.",
    .mend = "Select a pool whose nodes have GPUs.",
    .rows = "GPU-02",
    .run = run,
};

}  // namespace inferlab::labs::lint
