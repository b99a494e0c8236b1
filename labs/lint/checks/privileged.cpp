// privileged: a privileged container.
#include <fmt/format.h>

#include "labs/lint/checks/checks.h"

namespace inferlab::labs::lint {
namespace {

void run(const Bundle& bundle, const Context&, Report& report) {
  for (const Workload& workload : bundle.workloads()) {
    for (const Container& container : workload.containers) {
      if (!container.value["securityContext"]["privileged"].as_bool()) continue;
      report.add(*workload.object, container.at("securityContext.privileged"),
                 fmt::format("container \"{}\" is privileged", container.name));
    }
  }
}

}  // namespace

const Check kPrivileged = {
    .id = "privileged",
    .tier = Tier::kStatic,
    .severity = Severity::kError,
    .title = "a privileged container",
    .why = "It owns its node: every GPU, every neighbour's memory and the kubelet's credentials.",
    .mend = "Take privileged away; a GPU needs no privilege, the device plugin brings it.",
    .rows = "SEC-06",
    .run = run,
};

}  // namespace inferlab::labs::lint
