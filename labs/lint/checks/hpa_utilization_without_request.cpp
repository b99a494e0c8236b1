// hpa-utilization-without-request: a utilization target on a resource that a container does not
// request.
#include <fmt/format.h>

#include "labs/lint/checks/checks.h"

namespace inferlab::labs::lint {
namespace {

void run(const Bundle& bundle, const Context&, Report& report) {
  for (const Scaler& scaler : bundle.scalers()) {
    const Workload* target = bundle.target_of(scaler);
    if (target == nullptr) continue;
    for (const ScalerMetric& metric : scaler.metrics) {
      if (metric.resource.empty() || !metric.is_utilization) continue;
      if (target->pod["resources"]["requests"].has(metric.resource)) continue;
      for (const Container& container : target->containers) {
        if (container.role != Container::Role::kMain && !container.is_sidecar()) continue;
        if (!metric.container.empty() && metric.container != container.name) continue;
        const sim::Value& resources = container.value["resources"];
        if (resources["requests"].has(metric.resource)) continue;
        if (resources["limits"].has(metric.resource)) continue;
        report.add(*scaler.object, metric.path,
                   fmt::format("container \"{}\" of {} requests no {}", container.name,
                               target->object->id(), metric.resource));
      }
    }
  }
}

}  // namespace

const Check kHpaUtilizationWithoutRequest = {
    .id = "hpa-utilization-without-request",
    .tier = Tier::kStatic,
    .severity = Severity::kError,
    .title = "a utilization target on a resource that a container does not request",
    .why =
        "Utilization is a share of the request: without one the autoscaler has no number, says "
        "FailedGetResourceMetric and does nothing.",
    .mend = "Request the resource in every container of the Pods.",
    .rows = "K8S-07",
    .run = run,
};

}  // namespace inferlab::labs::lint
