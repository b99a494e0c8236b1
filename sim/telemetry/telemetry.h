#pragma once

#include <cstdint>
#include <functional>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "engine/base/time.h"

namespace inferlab::sim {

using SeriesLabels = std::map<std::string, std::string, std::less<>>;

/// One sample as a scrape target exposes it. Histograms expose NAME_bucket{le=…}, NAME_sum and
/// NAME_count, counters NAME_total: names and labels as in the exporter's own text format.
struct Sample {
  std::string name;
  SeriesLabels labels;
  double value = 0;
};

/// A part that can be scraped: appends its samples. Called at each scrape, in name order.
using ScrapeTarget = std::function<void(std::vector<Sample>&)>;

struct Point {
  Time at;
  double value;
};

/// The scraped time series of a run: what autoscalers, checks and plots see, and nothing else does
/// (metrics are the only eyes). A scrape every `interval` of virtual time adds one point a series;
/// labels of the target (namespace, pod, service, job, instance) are added to each sample.
///
/// Not thread-safe: lives on the run's thread.
class Telemetry {
 public:
  /// Adds a target under a unique name, e.g. "pod/default/vllm-0"; its series end when it is removed.
  void add_target(std::string name, SeriesLabels labels, ScrapeTarget target);
  void remove_target(std::string_view name);
  /// Takes one sample of every target, in the order of names.
  void scrape(Time now);

  /// Points of one series in (from, to]. `labels` must match exactly those given; others may differ:
  /// the result has one vector for each series that matches, in label order.
  struct Series {
    SeriesLabels labels;
    std::vector<Point> points;
  };
  [[nodiscard]] std::vector<Series> select(std::string_view name, const SeriesLabels& labels,
                                           Time from, Time to) const;

  /// The sum over matching series of a counter's increase in (from, to]; resets are counted as
  /// Prometheus does, without extrapolation. nullopt: no series has two points.
  [[nodiscard]] std::optional<double> increase(std::string_view name, const SeriesLabels& labels,
                                               Time from, Time to) const;

  /// histogram_quantile(q, sum by (le) (increase(NAME_bucket{labels}[window]))): linear inside the
  /// bucket, the lower bound of the last finite bucket at most. nullopt: no observation.
  /// Source: Prometheus documentation, "histogram_quantile()".
  [[nodiscard]] std::optional<double> quantile(double q, std::string_view name,
                                               const SeriesLabels& labels, Time from, Time to) const;

  /// The latest point of each matching series at or before `at`, summed. nullopt: none.
  [[nodiscard]] std::optional<double> sum_at(std::string_view name, const SeriesLabels& labels,
                                             Time at) const;

 private:
  struct Target {
    SeriesLabels labels;
    ScrapeTarget scrape;
  };
  using SeriesKey = std::pair<std::string, SeriesLabels>;
  std::map<std::string, Target, std::less<>> targets_;
  std::map<SeriesKey, std::vector<Point>> series_;
};

}  // namespace inferlab::sim
