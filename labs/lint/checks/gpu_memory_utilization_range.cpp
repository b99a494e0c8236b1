// gpu-memory-utilization-range: --gpu-memory-utilization above 0.95, or not positive.
#include <fmt/format.h>

#include "labs/lint/checks/checks.h"

namespace inferlab::labs::lint {
namespace {

void run(const Bundle& bundle, const Context&, Report& report) {
  for (const Workload& workload : bundle.workloads()) {
    for (const Container& container : workload.containers) {
      const Option* option =
          container.model ? container.model->option("gpu-memory-utilization") : nullptr;
      if (option == nullptr) continue;
      const auto share = container.model->stated_utilization;
      if (share && *share > 0 && *share <= 0.95) continue;
      report.add(*workload.object, container.at(option->path),
                 fmt::format("--gpu-memory-utilization is {}", option->value));
    }
  }
}

}  // namespace

const Check kGpuMemoryUtilizationRange = {
    .id = "gpu-memory-utilization-range",
    .tier = Tier::kStatic,
    .severity = Severity::kError,
    .title = "--gpu-memory-utilization above 0.95, or not positive",
    .why =
        "The share is taken for weights and KV cache; what CUDA, NCCL and activations need beside "
        "it is then missing, and the server dies of memory at load or under its first long prompt.",
    .mend = "Use 0.85 to 0.95; 0.9 is vLLM's own.",
    .rows = "RT-02",
    .run = run,
};

}  // namespace inferlab::labs::lint
