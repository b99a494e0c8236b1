// toleration-mismatch: a taint of every pool that fits is not tolerated.
#include <fmt/format.h>

#include "labs/lint/checks/checks.h"
#include "labs/lint/pools.h"

namespace inferlab::labs::lint {
namespace {

std::string shown(const sim::Taint& taint) {
  return fmt::format("{}{}:{}", taint.key, taint.value.empty() ? "" : "=" + taint.value,
                     to_string(taint.effect));
}

void run(const Bundle& bundle, const Context& context, Report& report) {
  for (const Workload& workload : bundle.workloads()) {
    const PoolChoice choice = pools_for(workload, context);
    // Where no node is large enough the taints are judged all the same: it is another mistake.
    const auto& pools =
        choice.large.empty() && workload.gpus() > 0 ? choice.with_gpu : choice.candidates(workload);
    const ContextPool* closed = nullptr;
    bool some_open = false;
    for (const ContextPool* pool : pools) {
      if (keeps_away(*pool, workload) == nullptr) some_open = true;
      if (keeps_away(*pool, workload) != nullptr && closed == nullptr) closed = pool;
    }
    if (some_open || closed == nullptr) continue;
    report.add(*workload.object, workload.at("tolerations"),
               fmt::format("taint {} of pool \"{}\" is not tolerated",
                           shown(*keeps_away(*closed, workload)), closed->name));
  }
}

}  // namespace

const Check kTolerationMismatch = {
    .id = "toleration-mismatch",
    .tier = Tier::kContext,
    .severity = Severity::kError,
    .title = "a taint of every pool that fits is not tolerated",
    .why =
        "The Pods stay Pending for ever: `untolerated taint` on every node that has what they "
        "need.",
    .mend = "Tolerate the taint with its key, value and effect as the pool carries them.",
    .rows = "GPU-03",
    .run = run,
};

}  // namespace inferlab::labs::lint
