// capabilities-not-dropped: capabilities that are not dropped.
#include <fmt/format.h>

#include <algorithm>

#include "labs/lint/checks/checks.h"

namespace inferlab::labs::lint {
namespace {

void run(const Bundle& bundle, const Context&, Report& report) {
  for (const Workload& workload : bundle.workloads()) {
    for (const Container& container : workload.containers) {
      const sim::Value& dropped = container.value["securityContext"]["capabilities"]["drop"];
      const bool all =
          std::any_of(dropped.items().begin(), dropped.items().end(),
                      [](const sim::Value& name) { return name.as_string() == "ALL"; });
      if (all) continue;
      report.add(*workload.object, container.at("securityContext.capabilities.drop"),
                 fmt::format("container \"{}\" does not drop ALL capabilities", container.name));
    }
  }
}

}  // namespace

const Check kCapabilitiesNotDropped = {
    .id = "capabilities-not-dropped",
    .tier = Tier::kStatic,
    .severity = Severity::kWarning,
    .title = "capabilities that are not dropped",
    .why = "A model server needs none of them: what it keeps helps who gets in.",
    .mend = "Drop ALL, and add back what is needed.",
    .rows = "SEC-06",
    .run = run,
};

}  // namespace inferlab::labs::lint
