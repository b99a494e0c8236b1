// spread-missing: replicas that may all lie on one node.
#include <fmt/format.h>

#include <algorithm>

#include "labs/lint/checks/checks.h"
#include "sim/api/selector.h"

namespace inferlab::labs::lint {
namespace {

bool selects(const sim::Value& selector, const Workload& workload) {
  return sim::LabelSelector::from_object(selector).matches(workload.labels);
}

bool is_spread(const Workload& workload) {
  const sim::Value& constraints = workload.pod["topologySpreadConstraints"];
  for (const sim::Value& constraint : constraints.items()) {
    if (selects(constraint["labelSelector"], workload)) return true;
  }
  const sim::Value& apart = workload.pod["affinity"]["podAntiAffinity"];
  const sim::Value& required = apart["requiredDuringSchedulingIgnoredDuringExecution"];
  for (const sim::Value& term : required.items()) {
    if (selects(term["labelSelector"], workload)) return true;
  }
  const sim::Value& preferred = apart["preferredDuringSchedulingIgnoredDuringExecution"];
  return std::any_of(preferred.items().begin(), preferred.items().end(),
                     [&](const sim::Value& term) {
                       return selects(term["podAffinityTerm"]["labelSelector"], workload);
                     });
}

void run(const Bundle& bundle, const Context&, Report& report) {
  for (const Workload& workload : bundle.workloads()) {
    if (!workload.is_replicated() || bundle.floor_of(workload) < 2 || is_spread(workload)) continue;
    const bool tries = !workload.pod["topologySpreadConstraints"].empty();
    const bool apart = !workload.pod["affinity"]["podAntiAffinity"].empty();
    report.add(*workload.object,
               workload.at(apart && !tries ? "affinity" : "topologySpreadConstraints"),
               tries || apart
                   ? "what spreads its Pods selects none of them"
                   : fmt::format("nothing keeps its {} replicas apart", bundle.floor_of(workload)));
  }
}

}  // namespace

const Check kSpreadMissing = {
    .id = "spread-missing",
    .tier = Tier::kStatic,
    .severity = Severity::kWarning,
    .title = "replicas that may all lie on one node",
    .why =
        "The node that fails takes every replica with it, and the model loads for minutes before "
        "the first one answers again.",
    .mend = "Add a topologySpreadConstraint or podAntiAffinity that selects the Pods' own labels.",
    .rows = "FLR-07",
    .run = run,
};

}  // namespace inferlab::labs::lint
