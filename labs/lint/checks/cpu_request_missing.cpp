// cpu-request-missing: a container that requests no CPU, and has no limit that the API server
// would copy.
#include <fmt/format.h>

#include "labs/lint/checks/checks.h"

namespace inferlab::labs::lint {
namespace {

void run(const Bundle& bundle, const Context&, Report& report) {
  for (const Workload& workload : bundle.workloads()) {
    if (workload.pod["resources"]["requests"].has("cpu")) continue;  // of the Pod as a whole
    for (const Container& container : workload.containers) {
      if (container.role == Container::Role::kEphemeral) continue;
      const sim::Value& resources = container.value["resources"];
      if (resources["requests"].has("cpu") || resources["limits"].has("cpu")) continue;
      report.add(*workload.object, container.at("resources.requests"),
                 fmt::format("container \"{}\" requests no CPU", container.name));
    }
  }
}

}  // namespace

const Check kCpuRequestMissing = {
    .id = "cpu-request-missing",
    .tier = Tier::kStatic,
    .severity = Severity::kWarning,
    .title = "a container without a CPU request",
    .why =
        "The scheduler counts it as nothing: tokenizers and HTTP workers share what is left of a "
        "crowded node, and the GPU waits for them.",
    .mend = "Request the cores that it uses under load.",
    .rows = "CHK-06",
    .run = run,
};

}  // namespace inferlab::labs::lint
