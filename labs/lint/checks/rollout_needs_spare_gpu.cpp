// rollout-needs-spare-gpu: a rollout that waits for a GPU that is not there.
#include <fmt/format.h>

#include "labs/lint/checks/checks.h"
#include "labs/lint/int_or_percent.h"
#include "labs/lint/pools.h"

namespace inferlab::labs::lint {
namespace {

void run(const Bundle& bundle, const Context& context, Report& report) {
  for (const Workload& workload : bundle.workloads()) {
    const sim::Value& strategy = workload.object->value["spec"]["strategy"];
    if (!workload.is("Deployment") || workload.gpus() == 0) continue;
    if (strategy["type"].as_string() == "Recreate") continue;
    const std::int64_t replicas = bundle.floor_of(workload);
    const auto share = [&](const char* field, Rounding rounding) {
      const sim::Value& stated = strategy["rollingUpdate"][field];
      return resolved(stated.is_null() ? sim::Value("25%") : stated, replicas, rounding);
    };
    if (share("maxUnavailable", Rounding::kDown) > 0) continue;
    // Where both come to nothing, one replica may go all the same.
    // Source: k8s.io/kubernetes/pkg/controller/deployment/util, ResolveFenceposts.
    if (share("maxSurge", Rounding::kUp) == 0) continue;
    const std::int64_t slots = gpu_slots(workload, pools_for(workload, context).open);
    if (slots == 0 || replicas < slots) continue;
    report.add(*workload.object, "spec.strategy",
               fmt::format("{} replicas take all {} places that its pools have, and none may go "
                           "before a new one is there",
                           replicas, slots));
  }
}

}  // namespace

const Check kRolloutNeedsSpareGpu = {
    .id = "rollout-needs-spare-gpu",
    .tier = Tier::kContext,
    .severity = Severity::kError,
    .title = "a rollout that waits for a GPU that is not there",
    .why =
        "With maxUnavailable 0 the new replica comes before an old one goes; where every GPU is "
        "taken it stays Pending, and the rollout never ends.",
    .mend = "Allow maxUnavailable 1, or keep a GPU of the pool free.",
    .rows = "LIF-07",
    .run = run,
};

}  // namespace inferlab::labs::lint
