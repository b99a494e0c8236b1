// shm-missing-for-tensor-parallel: a parallel server without shared memory to speak of.
#include <fmt/format.h>

#include <algorithm>

#include "labs/lint/checks/checks.h"

namespace inferlab::labs::lint {
namespace {

bool has_memory_at_shm(const Workload& workload, const Container& container) {
  const sim::Value& mounts = container.value["volumeMounts"];
  return std::any_of(mounts.items().begin(), mounts.items().end(), [&](const sim::Value& mount) {
    std::string path = mount["mountPath"].str();
    while (path.size() > 1 && path.back() == '/') path.pop_back();
    return path == "/dev/shm" &&
           workload.volume(mount["name"].as_string())["emptyDir"]["medium"].as_string() == "Memory";
  });
}

void run(const Bundle& bundle, const Context&, Report& report) {
  for (const Workload& workload : bundle.workloads()) {
    for (const Container& container : workload.containers) {
      if (!container.model || container.model->on_cpu) continue;
      const std::int64_t ranks =
          container.model->tensor_parallel * container.model->pipeline_parallel;
      if (ranks <= 1 || has_memory_at_shm(workload, container)) continue;
      report.add(*workload.object, container.at("volumeMounts"),
                 fmt::format("container \"{}\" runs {} ranks and has no memory at /dev/shm",
                             container.name, ranks));
    }
  }
}

}  // namespace

const Check kShmMissingForTensorParallel = {
    .id = "shm-missing-for-tensor-parallel",
    .tier = Tier::kStatic,
    .severity = Severity::kError,
    .title = "a parallel server without shared memory to speak of",
    .why =
        "NCCL and the workers exchange data through /dev/shm, of which a container has 64 MiB: the "
        "server crashes or hangs while it loads.",
    .mend = "Mount an emptyDir with medium Memory at /dev/shm.",
    .rows = "GPU-08",
    .run = run,
};

}  // namespace inferlab::labs::lint
