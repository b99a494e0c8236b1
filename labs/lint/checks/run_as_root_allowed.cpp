// run-as-root-allowed: a container that may run as root.
#include <fmt/format.h>

#include "labs/lint/checks/checks.h"

namespace inferlab::labs::lint {
namespace {

void run(const Bundle& bundle, const Context&, Report& report) {
  for (const Workload& workload : bundle.workloads()) {
    const sim::Value& of_pod = workload.pod["securityContext"];
    for (const Container& container : workload.containers) {
      const sim::Value& own = container.value["securityContext"];
      const auto effective = [&](const char* field) {
        return own.has(field) ? own[field] : of_pod[field];
      };
      const bool is_root = effective("runAsUser").as_int(-1) == 0;
      if (effective("runAsNonRoot").as_bool() && !is_root) continue;
      const char* field = is_root ? "runAsUser" : "runAsNonRoot";
      const bool from_pod = !own.has(field) && of_pod.has(field);
      report.add(*workload.object,
                 from_pod ? workload.at(std::string("securityContext.") + field)
                          : container.at(std::string("securityContext.") + field),
                 is_root ? fmt::format("container \"{}\" runs as user 0", container.name)
                         : fmt::format("container \"{}\" may run as root", container.name));
    }
  }
}

}  // namespace

const Check kRunAsRootAllowed = {
    .id = "run-as-root-allowed",
    .tier = Tier::kStatic,
    .severity = Severity::kWarning,
    .title = "a container that may run as root",
    .why =
        "Root in the container is root at the first hole in the runtime, and owns what the model "
        "cache and the logs hold.",
    .mend = "Set runAsNonRoot: true and a runAsUser other than 0.",
    .rows = "SEC-06",
    .run = run,
};

}  // namespace inferlab::labs::lint
