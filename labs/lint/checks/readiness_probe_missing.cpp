// readiness-probe-missing: a served container without a readinessProbe.
#include <fmt/format.h>

#include "labs/lint/checks/checks.h"
#include "labs/lint/probes.h"

namespace inferlab::labs::lint {
namespace {

void run(const Bundle& bundle, const Context&, Report& report) {
  for (const Workload& workload : bundle.workloads()) {
    const std::vector<const Object*> services = bundle.services_of(workload);
    for (const Container& container : workload.containers) {
      const bool serves = receives_traffic(workload, container, services);
      const bool serves_model = container.model && workload.runs_for_ever();
      if ((!serves && !serves_model) || container.value.has("readinessProbe")) continue;
      report.add(
          *workload.object, container.at("readinessProbe"),
          fmt::format("container \"{}\" {} and has no readinessProbe", container.name,
                      serves ? fmt::format("is behind Service \"{}\"", services.front()->name)
                             : std::string("serves a model")));
    }
  }
}

}  // namespace

const Check kReadinessProbeMissing = {
    .id = "readiness-probe-missing",
    .tier = Tier::kStatic,
    .severity = Severity::kWarning,
    .title = "a served container without a readinessProbe",
    .why =
        "The Service sends requests as soon as the process runs: for minutes they meet a server "
        "without a model, at every restart and every scale-up.",
    .mend = "Add a readinessProbe that succeeds once the model is loaded (httpGet /health).",
    .rows = "PRB-02 TRP-05",
    .run = run,
};

}  // namespace inferlab::labs::lint
