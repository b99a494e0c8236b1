#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "sim/api/metrics_source.h"
#include "sim/telemetry/telemetry.h"

namespace inferlab::sim {

/// prometheus-adapter: answers for scraped series under the names that its rules give them.
///
/// The rules are those of its default configuration: an object has the series that name it in the
/// label of its kind ("pod", "service", "node", "deployment") and, if it is in a namespace, that in
/// the label "namespace"; they are added up. A series "X" is the metric "X"; counters "X_total" and
/// "X_seconds_total" are the metric "X", per second over five minutes. Besides, as in vLLM's own
/// example configurations, "vllm:X" is also called "vllm_X" and "X". External metrics are the same
/// series, of a whole namespace.
/// Source: kubernetes-sigs/prometheus-adapter, docs/config.md and deploy/manifests/config-map.yaml.
class MetricsAdapter {
 public:
  explicit MetricsAdapter(const Telemetry& telemetry) : telemetry_(telemetry) {}

  // As in MetricsSource, at the moment `now`.
  [[nodiscard]] Result<std::map<std::string, std::int64_t>> of_objects(
      const ObjectMetricQuery& query, Time now) const;
  [[nodiscard]] Result<std::vector<ExternalMetric>> external(std::string_view ns,
                                                             std::string_view metric,
                                                             const LabelSelector& selector,
                                                             Time now) const;
  [[nodiscard]] MetricNames names(Time now) const;

 private:
  struct Sampled {
    SeriesLabels labels;
    double value = 0;
  };
  /// The series behind a metric and their values now; nullopt: no series with the labels of this
  /// metric has been seen lately.
  [[nodiscard]] std::optional<std::vector<Sampled>> sample(std::string_view metric,
                                                           const SeriesLabels& labels,
                                                           std::string_view label, Time now) const;

  const Telemetry& telemetry_;
};

}  // namespace inferlab::sim
