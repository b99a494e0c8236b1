// memory-limit-missing: a container without a memory limit.
#include <fmt/format.h>

#include "labs/lint/checks/checks.h"

namespace inferlab::labs::lint {
namespace {

void run(const Bundle& bundle, const Context&, Report& report) {
  for (const Workload& workload : bundle.workloads()) {
    if (workload.pod["resources"]["limits"].has("memory")) continue;
    for (const Container& container : workload.containers) {
      if (container.role == Container::Role::kEphemeral) continue;
      if (container.value["resources"]["limits"].has("memory")) continue;
      report.add(*workload.object, container.at("resources.limits"),
                 fmt::format("container \"{}\" has no memory limit", container.name));
    }
  }
}

}  // namespace

const Check kMemoryLimitMissing = {
    .id = "memory-limit-missing",
    .tier = Tier::kStatic,
    .severity = Severity::kWarning,
    .title = "a container without a memory limit",
    .why =
        "A leak or a large batch of prompts takes the whole node's memory, and the kernel kills "
        "whichever neighbour it likes.",
    .mend = "Limit the memory somewhat above what it uses at the most.",
    .rows = "CHK-06",
    .run = run,
};

}  // namespace inferlab::labs::lint
