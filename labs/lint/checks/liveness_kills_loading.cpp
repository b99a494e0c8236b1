// liveness-kills-loading: the liveness probe kills a server that still loads.
#include <fmt/format.h>

#include "labs/lint/checks/checks.h"
#include "labs/lint/probes.h"

namespace inferlab::labs::lint {
namespace {

void run(const Bundle& bundle, const Context& context, Report& report) {
  for (const Workload& workload : bundle.workloads()) {
    for (const Container& container : workload.containers) {
      const double cold = cold_load_seconds(container, context);
      const sim::Value& probe = container.value["livenessProbe"];
      if (cold <= 0 || probe.is_null() || container.value.has("startupProbe")) continue;
      if (static_cast<double>(probe_budget(probe)) >= cold) continue;
      report.add(*workload.object, container.at("livenessProbe"),
                 fmt::format("{} s until the liveness probe kills it, {:.0f} s for a cold load",
                             probe_budget(probe), cold));
    }
  }
}

}  // namespace

const Check kLivenessKillsLoading = {
    .id = "liveness-kills-loading",
    .tier = Tier::kContext,
    .severity = Severity::kError,
    .title = "the liveness probe kills a server that still loads",
    .why =
        "Without a startup probe the liveness probe begins at once: the server is restarted before "
        "it has loaded, for ever, and looks like a crash of the model.",
    .mend = "Add a startupProbe that covers a cold load; liveness waits for it.",
    .rows = "PRB-03 TRP-06",
    .run = run,
};

}  // namespace inferlab::labs::lint
