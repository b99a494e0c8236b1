// pdb-blocks-drain: a PodDisruptionBudget that allows no eviction when there are as many replicas
// as the autoscaler's minimum or spec.replicas says.
#include <fmt/format.h>

#include <algorithm>

#include "labs/lint/checks/checks.h"
#include "labs/lint/int_or_percent.h"

namespace inferlab::labs::lint {
namespace {

void run(const Bundle& bundle, const Context&, Report& report) {
  for (const Object* budget : bundle.of_kind("PodDisruptionBudget")) {
    const sim::Value& spec = budget->value["spec"];
    std::int64_t replicas = 0;
    for (const Workload* workload : bundle.selected_by(spec["selector"], budget->ns)) {
      if (!workload->is_replicated()) continue;
      // At zero there is nothing to evict: what an autoscaler brings back begins with one.
      const bool is_scaled = bundle.scaler_of(*workload) != nullptr;
      replicas += std::max<std::int64_t>(bundle.floor_of(*workload), is_scaled ? 1 : 0);
    }
    if (replicas == 0) continue;  // nothing to evict
    // The disruption controller rounds both up.
    const bool by_minimum = spec.has("minAvailable");
    const std::int64_t allowed =
        by_minimum ? replicas - resolved(spec["minAvailable"], replicas, Rounding::kUp)
                   : resolved(spec["maxUnavailable"], replicas, Rounding::kUp);
    if (allowed > 0 || (!by_minimum && !spec.has("maxUnavailable"))) continue;
    report.add(*budget, by_minimum ? "spec.minAvailable" : "spec.maxUnavailable",
               fmt::format("allows no eviction while there are {} replica(s)", replicas));
  }
}

}  // namespace

const Check kPdbBlocksDrain = {
    .id = "pdb-blocks-drain",
    .tier = Tier::kStatic,
    .severity = Severity::kError,
    .title = "a PodDisruptionBudget that never allows an eviction",
    .why =
        "A drain waits for ever, and with it the upgrade of the node and the autoscaler that wants "
        "to give it back.",
    .mend =
        "Leave one replica of room: maxUnavailable 1, or minAvailable below the number of "
        "replicas.",
    .rows = "K8S-10 TRP-01",
    .run = run,
};

}  // namespace inferlab::labs::lint
