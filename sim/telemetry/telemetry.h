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
  /// Adds a target under a name that no other has (checked), e.g. "pod/default/vllm-0". Its series
  /// end when it is removed; the next scrape notes that, as Prometheus' stale markers do.
  /// `version`, when given, is asked before each scrape: while the number stays the same the target
  /// would expose what it did last time, and is not asked for it again.
  void add_target(std::string name, SeriesLabels labels, ScrapeTarget target,
                  std::function<std::uint64_t()> version = {});
  void remove_target(std::string_view name);
  /// Takes one sample of every target, in the order of names.
  void scrape(Time now);

  /// Points of one series in (from, to]. `labels` must match exactly those given; others may
  /// differ: the result has one vector for each series that matches, in label order.
  struct Series {
    SeriesLabels labels;
    std::vector<Point> points;
  };
  [[nodiscard]] std::vector<Series> select(std::string_view name, const SeriesLabels& labels,
                                           Time from, Time to) const;

  /// An instant query: the latest point of each matching series at or before `at`, as sum_at() adds
  /// them up.
  [[nodiscard]] std::vector<Series> latest(std::string_view name, const SeriesLabels& labels,
                                           Time at) const;

  /// Name and labels of every series with a point after `since`, by name and labels.
  void for_each_series(
      Time since,
      const std::function<void(const std::string& name, const SeriesLabels& labels)>& visit) const;

  /// The sum over matching series of a counter's increase in (from, to]: a fall is a reset, after
  /// which the counter began again at 0. Without Prometheus' extrapolation to the window's ends.
  /// nullopt: no series has two points in the window.
  [[nodiscard]] std::optional<double> increase(std::string_view name, const SeriesLabels& labels,
                                               Time from, Time to) const;

  /// histogram_quantile(q, sum by (le) (increase(NAME_bucket{labels}[window]))): linear inside the
  /// bucket (the first one starts at 0), the upper bound of the last finite bucket at most.
  /// nullopt: no observation, no +Inf bucket, or q outside [0, 1].
  /// Source: Prometheus documentation, "histogram_quantile()".
  [[nodiscard]] std::optional<double> quantile(double q, std::string_view name,
                                               const SeriesLabels& labels, Time from,
                                               Time to) const;

  /// The latest point of each matching series at or before `at`, summed: an instant query. A series
  /// that has ended or whose latest point is older than five minutes has none. nullopt: none at
  /// all.
  [[nodiscard]] std::optional<double> sum_at(std::string_view name, const SeriesLabels& labels,
                                             Time at) const;

 private:
  struct History {
    std::vector<Point> points;  // in order of time; a NaN marks the end of a series (stale)
  };
  using SeriesKey = std::pair<std::string, SeriesLabels>;
  using SeriesMap = std::map<SeriesKey, History>;
  /// What a target exposed last time, so that an unchanged sample finds its series at once.
  struct Known {
    std::string name;
    SeriesLabels labels;  // as exposed, without the target's
    History* history = nullptr;
    std::uint64_t seen = 0;  // number of the scrape
    double value = 0;        // then
  };
  struct Target {
    SeriesLabels labels;
    ScrapeTarget scrape;
    std::function<std::uint64_t()> version;
    std::optional<std::uint64_t> scraped_version;
    std::vector<Known> known;
  };

  History& history_of(const Sample& sample, const SeriesLabels& target_labels);
  void scrape_target(Target& target, Time now);
  void note(Known& known, double value, Time now) const;
  /// Calls `visit(labels, first, last)` with the points in (from, to] of every series that matches.
  template <typename Visit>
  void for_each_match(std::string_view name, const SeriesLabels& labels, Time from, Time to,
                      Visit visit) const;

  std::map<std::string, Target, std::less<>> targets_;
  SeriesMap series_;             // nodes stay in place: Known points into it
  std::vector<History*> ended_;  // of removed targets, until the next scrape
  std::vector<Sample> buffer_;
  std::uint64_t num_scrapes_ = 0;
};

}  // namespace inferlab::sim
