// gpu-parallelism-mismatch: the server's parallel size is not its number of GPUs.
#include <fmt/format.h>

#include "labs/lint/checks/checks.h"

namespace inferlab::labs::lint {
namespace {

// Unless they are told otherwise these take every GPU that they see.
// Source: Text Generation Inference, "text-generation-launcher arguments", --sharded.
bool takes_all_gpus(const ModelCommand& model) {
  return (model.server == "tgi" || model.server == "nim") &&
         model.option("tensor-parallel-size") == nullptr;
}

void run(const Bundle& bundle, const Context&, Report& report) {
  for (const Workload& workload : bundle.workloads()) {
    for (const Container& container : workload.containers) {
      if (!container.model || container.gpus() == 0 || container.model->on_cpu) continue;
      const ModelCommand& model = *container.model;
      if (model.parallel_size() == container.gpus() || takes_all_gpus(model)) continue;
      const Option* told = model.option("tensor-parallel-size");
      if (told == nullptr) told = model.option("pipeline-parallel-size");
      const std::string list = container.value.has("args") ? "args" : "command";
      report.add(*workload.object, container.at(told == nullptr ? list : told->path),
                 fmt::format("container \"{}\" runs {} × {}{} ranks on {} GPU(s)", container.name,
                             model.tensor_parallel, model.pipeline_parallel,
                             model.data_parallel > 1 ? fmt::format(" × {}", model.data_parallel)
                                                     : std::string(),
                             container.gpus()));
    }
  }
}

}  // namespace

const Check kGpuParallelismMismatch = {
    .id = "gpu-parallelism-mismatch",
    .tier = Tier::kStatic,
    .severity = Severity::kError,
    .title = "the server's parallel size is not its number of GPUs",
    .why =
        "With more ranks than GPUs the server does not start; with fewer, GPUs that are paid for "
        "stand idle.",
    .mend = "Make tensor × pipeline (× data) parallel size equal to the GPU limit.",
    .rows = "GPU-08",
    .run = run,
};

}  // namespace inferlab::labs::lint
