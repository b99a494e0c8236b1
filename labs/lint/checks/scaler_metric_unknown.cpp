// scaler-metric-unknown: an autoscaler reads a metric that the cluster does not have.
#include <fmt/format.h>

#include <algorithm>

#include "labs/lint/checks/checks.h"

namespace inferlab::labs::lint {
namespace {

void run(const Bundle& bundle, const Context& context, Report& report) {
  if (!context.metrics) return;
  for (const Scaler& scaler : bundle.scalers()) {
    for (const ScalerMetric& metric : scaler.metrics) {
      for (const std::string& name : metric.names) {
        const auto& known = *context.metrics;
        if (std::find(known.begin(), known.end(), name) != known.end()) continue;
        report.add(*scaler.object, metric.path, fmt::format("there is no metric \"{}\"", name));
      }
    }
  }
}

}  // namespace

const Check kScalerMetricUnknown = {
    .id = "scaler-metric-unknown",
    .tier = Tier::kContext,
    .severity = Severity::kError,
    .title = "an autoscaler reads a metric that the cluster does not have",
    .why =
        "It has no number to act on: the replicas stay where they are, or fall back to the "
        "minimum.",
    .mend = "Use a metric that the cluster has, letter by letter.",
    .rows = "SCL-01 SCL-04",
    .run = run,
};

}  // namespace inferlab::labs::lint
