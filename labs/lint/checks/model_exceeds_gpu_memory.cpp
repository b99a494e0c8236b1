// model-exceeds-gpu-memory: the model's weights do not fit the GPUs.
#include <fmt/format.h>

#include "labs/lint/checks/checks.h"
#include "labs/lint/gpu_memory.h"

namespace inferlab::labs::lint {
namespace {

void run(const Bundle& bundle, const Context& context, Report& report) {
  for (const Workload& workload : bundle.workloads()) {
    for (const Container& container : workload.containers) {
      const auto memory = gpu_memory_of(workload, container, context);
      if (!memory || memory->kv_gib() >= 0) continue;
      report.add(*workload.object, container.at(container.model->model_path),
                 fmt::format("{:.1f} GiB of weights on {} GPU(s) with {:.1f} GiB to use",
                             memory->weights_gib, memory->gpus, memory->usable_gib));
    }
  }
}

}  // namespace

const Check kModelExceedsGpuMemory = {
    .id = "model-exceeds-gpu-memory",
    .tier = Tier::kContext,
    .severity = Severity::kError,
    .title = "the model's weights do not fit the GPUs",
    .why =
        "The server ends with an out-of-memory error while it loads, and is restarted to do so "
        "again.",
    .mend = "Use more GPUs (tensor parallel), larger ones, or quantised weights.",
    .rows = "FLR-02",
    .run = run,
};

}  // namespace inferlab::labs::lint
