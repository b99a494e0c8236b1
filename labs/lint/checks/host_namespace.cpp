// host-namespace: a Pod in its node's namespaces.
#include <fmt/format.h>

#include "labs/lint/checks/checks.h"

namespace inferlab::labs::lint {
namespace {

void run(const Bundle& bundle, const Context&, Report& report) {
  for (const Workload& workload : bundle.workloads()) {
    for (const char* field : {"hostNetwork", "hostPID", "hostIPC"}) {
      if (!workload.pod[field].as_bool()) continue;
      report.add(*workload.object, workload.at(field), fmt::format("{} is true", field));
    }
  }
}

}  // namespace

const Check kHostNamespace = {
    .id = "host-namespace",
    .tier = Tier::kStatic,
    .severity = Severity::kError,
    .title = "a Pod in its node's namespaces",
    .why =
        "hostNetwork walks past every NetworkPolicy, hostPID sees the processes and variables of "
        "all neighbours, hostIPC their shared memory.",
    .mend = "Take it away; for shared memory mount an emptyDir with medium Memory.",
    .rows = "SEC-06",
    .run = run,
};

}  // namespace inferlab::labs::lint
