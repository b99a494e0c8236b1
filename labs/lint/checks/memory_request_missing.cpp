// memory-request-missing: a container that requests no memory, and has no limit that the API
// server would copy.
#include <fmt/format.h>

#include "labs/lint/checks/checks.h"

namespace inferlab::labs::lint {
namespace {

void run(const Bundle& bundle, const Context&, Report& report) {
  for (const Workload& workload : bundle.workloads()) {
    if (workload.pod["resources"]["requests"].has("memory")) continue;
    for (const Container& container : workload.containers) {
      if (container.role == Container::Role::kEphemeral) continue;
      const sim::Value& resources = container.value["resources"];
      if (resources["requests"].has("memory") || resources["limits"].has("memory")) continue;
      report.add(*workload.object, container.at("resources.requests"),
                 fmt::format("container \"{}\" requests no memory", container.name));
    }
  }
}

}  // namespace

const Check kMemoryRequestMissing = {
    .id = "memory-request-missing",
    .tier = Tier::kStatic,
    .severity = Severity::kWarning,
    .title = "a container without a memory request",
    .why =
        "The scheduler counts it as nothing; under pressure it is the first that the kubelet "
        "evicts, in the middle of its streams.",
    .mend = "Request the memory that it uses with the model loaded.",
    .rows = "CHK-06",
    .run = run,
};

}  // namespace inferlab::labs::lint
