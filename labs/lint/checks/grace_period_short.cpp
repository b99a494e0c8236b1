// grace-period-short: terminationGracePeriodSeconds below the longest generation, of what holds
// its streams open: model servers, and whatever an Ingress leads to.
#include <fmt/format.h>

#include "labs/lint/checks/checks.h"

namespace inferlab::labs::lint {
namespace {

bool holds_streams(const Bundle& bundle, const Workload& workload) {
  return workload.model_server() != nullptr ||
         (workload.is_replicated() && bundle.is_behind_ingress(workload));
}

void run(const Bundle& bundle, const Context& context, Report& report) {
  if (!context.max_generation_seconds) return;
  for (const Workload& workload : bundle.workloads()) {
    if (!holds_streams(bundle, workload)) continue;
    const std::int64_t seconds = workload.pod["terminationGracePeriodSeconds"].as_int(30);
    if (static_cast<double>(seconds) >= *context.max_generation_seconds) continue;
    report.add(*workload.object, workload.at("terminationGracePeriodSeconds"),
               fmt::format("{} s until its Pods are killed, {:.0f} s for the longest generation",
                           seconds, *context.max_generation_seconds));
  }
}

}  // namespace

const Check kGracePeriodShort = {
    .id = "grace-period-short",
    .tier = Tier::kContext,
    .severity = Severity::kWarning,
    .title = "Pods are killed before their longest answer ends",
    .why =
        "At every rollout, drain and scale-down the streams that are still running break in the "
        "middle of a sentence.",
    .mend = "Set terminationGracePeriodSeconds above the longest generation.",
    .rows = "LIF-07",
    .run = run,
};

}  // namespace inferlab::labs::lint
