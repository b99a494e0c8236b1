// autoscaler-max-exceeds-pool: an autoscaler may ask for more replicas than the pool has places.
#include <fmt/format.h>

#include "labs/lint/checks/checks.h"
#include "labs/lint/pools.h"

namespace inferlab::labs::lint {
namespace {

void run(const Bundle& bundle, const Context& context, Report& report) {
  for (const Scaler& scaler : bundle.scalers()) {
    const Workload* target = bundle.target_of(scaler);
    if (target == nullptr || target->gpus() == 0) continue;
    const std::int64_t slots = gpu_slots(*target, pools_for(*target, context).open);
    if (slots == 0 || scaler.ceiling <= slots) continue;
    report.add(*scaler.object, scaler.ceiling_path,
               fmt::format("up to {} replicas, and places for {}", scaler.ceiling, slots));
  }
}

}  // namespace

const Check kAutoscalerMaxExceedsPool = {
    .id = "autoscaler-max-exceeds-pool",
    .tier = Tier::kContext,
    .severity = Severity::kWarning,
    .title = "an autoscaler may ask for more replicas than the pool has places",
    .why =
        "The replicas above that stay Pending while the autoscaler believes that help is on its "
        "way.",
    .mend = "Lower maxReplicas to the places that there are, or let the pool grow.",
    .rows = "SCL-11",
    .run = run,
};

}  // namespace inferlab::labs::lint
