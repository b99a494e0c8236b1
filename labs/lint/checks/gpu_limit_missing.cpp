// gpu-limit-missing: a model server that asks for no GPU.
#include <fmt/format.h>

#include "labs/lint/checks/checks.h"

namespace inferlab::labs::lint {
namespace {

// A DRA claim is a GPU asked for in another way.
bool claims_device(const Workload& workload, const Container& container) {
  return !container.value["resources"]["claims"].empty() || !workload.pod["resourceClaims"].empty();
}

void run(const Bundle& bundle, const Context&, Report& report) {
  for (const Workload& workload : bundle.workloads()) {
    if (workload.gpus() > 0) continue;
    for (const Container& container : workload.containers) {
      if (!container.model || container.model->on_cpu) continue;
      if (claims_device(workload, container)) continue;
      report.add(*workload.object, container.at("resources.limits"),
                 fmt::format("container \"{}\" runs a model and limits no GPU", container.name));
    }
  }
}

}  // namespace

const Check kGpuLimitMissing = {
    .id = "gpu-limit-missing",
    .tier = Tier::kStatic,
    .severity = Severity::kError,
    .title = "a model server that asks for no GPU",
    .why =
        "The scheduler puts it on any node, where the container finds no device: it fails at "
        "start, or runs on the processor a hundred times slower.",
    .mend = "Add nvidia.com/gpu under resources.limits.",
    .rows = "GPU-01",
    .run = run,
};

}  // namespace inferlab::labs::lint
