// hpa-cpu-memory-only: a model server that is scaled by CPU or memory alone.
#include <fmt/format.h>

#include "labs/lint/checks/checks.h"

namespace inferlab::labs::lint {
namespace {

void run(const Bundle& bundle, const Context&, Report& report) {
  for (const Scaler& scaler : bundle.scalers()) {
    const Workload* target = bundle.target_of(scaler);
    if (target == nullptr || target->model_server() == nullptr) continue;
    if (!scaler.is_resource_only()) continue;
    report.add(*scaler.object, scaler.is_keda ? "spec.triggers" : "spec.metrics",
               fmt::format("{} serves a model and is scaled by CPU or memory alone",
                           target->object->id()));
  }
}

}  // namespace

const Check kHpaCpuMemoryOnly = {
    .id = "hpa-cpu-memory-only",
    .tier = Tier::kStatic,
    .severity = Severity::kWarning,
    .title = "a model server that is scaled by CPU or memory alone",
    .why =
        "The work is on the GPU: CPU stays low while requests wait, and memory is taken at the "
        "start, so the autoscaler sees nothing of the load.",
    .mend = "Scale on the queue: vllm:num_requests_waiting, or TTFT.",
    .rows = "SCL-02",
    .run = run,
};

}  // namespace inferlab::labs::lint
