// priority-class-unknown: a PriorityClass that the cluster does not have.
#include <fmt/format.h>

#include <algorithm>

#include "labs/lint/checks/checks.h"

namespace inferlab::labs::lint {
namespace {

void run(const Bundle& bundle, const Context& context, Report& report) {
  if (!context.priority_classes) return;
  for (const Workload& workload : bundle.workloads()) {
    const std::string name = workload.pod["priorityClassName"].str();
    if (name.empty() || name.starts_with("system-")) continue;
    const auto& known = *context.priority_classes;
    if (std::find(known.begin(), known.end(), name) != known.end()) continue;
    if (bundle.find("PriorityClass", "", name) != nullptr) continue;
    report.add(*workload.object, workload.at("priorityClassName"),
               fmt::format("there is no PriorityClass \"{}\"", name));
  }
}

}  // namespace

const Check kPriorityClassUnknown = {
    .id = "priority-class-unknown",
    .tier = Tier::kContext,
    .severity = Severity::kError,
    .title = "a PriorityClass that the cluster does not have",
    .why =
        "The admission of every Pod is refused: the Deployment is there, and no Pod of it ever is.",
    .mend = "Use a PriorityClass of the cluster, or bring it along.",
    .rows = "K8S-15",
    .run = run,
};

}  // namespace inferlab::labs::lint
