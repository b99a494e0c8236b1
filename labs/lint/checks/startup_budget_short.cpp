// startup-budget-short: the startup probe gives up before the model is loaded.
#include <fmt/format.h>

#include "labs/lint/checks/checks.h"
#include "labs/lint/probes.h"

namespace inferlab::labs::lint {
namespace {

void run(const Bundle& bundle, const Context& context, Report& report) {
  for (const Workload& workload : bundle.workloads()) {
    for (const Container& container : workload.containers) {
      const double cold = cold_load_seconds(container, context);
      const sim::Value& probe = container.value["startupProbe"];
      if (cold <= 0 || probe.is_null()) continue;
      if (static_cast<double>(probe_budget(probe)) >= cold) continue;
      report.add(*workload.object, container.at("startupProbe"),
                 fmt::format("{} s until the startup probe gives up, {:.0f} s for a cold load",
                             probe_budget(probe), cold));
    }
  }
}

}  // namespace

const Check kStartupBudgetShort = {
    .id = "startup-budget-short",
    .tier = Tier::kContext,
    .severity = Severity::kError,
    .title = "the startup probe gives up before the model is loaded",
    .why =
        "The kubelet kills the server while it loads, and again after each restart: no replica "
        "ever becomes Ready on a node without a cache.",
    .mend =
        "Raise failureThreshold until initialDelaySeconds + failureThreshold × periodSeconds "
        "covers a cold load.",
    .rows = "PRB-01",
    .run = run,
};

}  // namespace inferlab::labs::lint
