// gpu-node-selector-missing: a Pod with GPUs that may land on any kind of GPU.
#include <fmt/format.h>

#include "labs/lint/checks/checks.h"

namespace inferlab::labs::lint {
namespace {

void run(const Bundle& bundle, const Context&, Report& report) {
  for (const Workload& workload : bundle.workloads()) {
    if (workload.gpus() == 0 || !workload.pod["nodeSelector"].empty()) continue;
    const sim::Value required =
        workload.pod["affinity"]["nodeAffinity"]["requiredDuringSchedulingIgnoredDuringExecution"];
    if (!required["nodeSelectorTerms"].empty()) continue;
    report.add(*workload.object, workload.at("nodeSelector"),
               fmt::format("its Pods ask for {} GPU(s) of any kind", workload.gpus()));
  }
}

}  // namespace

const Check kGpuNodeSelectorMissing = {
    .id = "gpu-node-selector-missing",
    .tier = Tier::kStatic,
    .severity = Severity::kWarning,
    .title = "a Pod with GPUs that may land on any kind of GPU",
    .why =
        "An 8 B model that was sized for one GPU takes the next free one of any kind: too small, "
        "and it fails at load; too large, and it keeps a training job waiting.",
    .mend = "Name the kind of GPU in nodeSelector or in required node affinity.",
    .rows = "GPU-02",
    .run = run,
};

}  // namespace inferlab::labs::lint
