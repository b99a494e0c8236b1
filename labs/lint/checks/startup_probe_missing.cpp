// startup-probe-missing: a model server without a startupProbe.
#include <fmt/format.h>

#include "labs/lint/checks/checks.h"

namespace inferlab::labs::lint {
namespace {

void run(const Bundle& bundle, const Context&, Report& report) {
  for (const Workload& workload : bundle.workloads()) {
    if (!workload.runs_for_ever()) continue;
    for (const Container& container : workload.containers) {
      if (!container.model || container.value.has("startupProbe")) continue;
      report.add(
          *workload.object, container.at("startupProbe"),
          fmt::format("container \"{}\" runs a model and has no startupProbe", container.name));
    }
  }
}

}  // namespace

const Check kStartupProbeMissing = {
    .id = "startup-probe-missing",
    .tier = Tier::kStatic,
    .severity = Severity::kWarning,
    .title = "a model server without a startupProbe",
    .why =
        "Loading takes minutes: without a startup probe the liveness probe must be so patient that "
        "a hung server is noticed minutes late, or it kills servers that still load.",
    .mend = "Add a startupProbe whose failureThreshold × periodSeconds covers a cold load.",
    .rows = "PRB-01",
    .run = run,
};

}  // namespace inferlab::labs::lint
