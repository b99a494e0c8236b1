#include "sim/cluster/metrics_adapter.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <limits>
#include <set>

namespace inferlab::sim {
namespace {

/// How far back a series is looked for (--metrics-relist-interval), and over how long a counter's
/// growth is taken.
constexpr Duration kRelist = 10min;
constexpr Duration kRateWindow = 5min;

/// How a series becomes a metric by its ending; the longest ending that fits counts.
struct Ending {
  std::string_view text;
  bool rate = false;
};
constexpr Ending kEndings[] = {{"_seconds_total", true}, {"_total", true}, {"", false}};

const Ending& ending_of(std::string_view series) {
  return *std::find_if(std::begin(kEndings), std::end(kEndings),
                       [&](const Ending& ending) { return series.ends_with(ending.text); });
}

/// What else a metric whose name begins with `prefix` is called.
struct Alias {
  std::string_view prefix, as;
};
constexpr Alias kAliases[] = {{"vllm:", "vllm_"}, {"vllm:", ""}};

// Container figures are metrics-server's.
bool is_left_out(std::string_view series) {
  return series.starts_with("container_");
}

std::vector<std::string> names_of(std::string_view series) {
  series.remove_suffix(ending_of(series).text.size());
  std::vector<std::string> out{std::string(series)};
  for (const Alias& alias : kAliases) {
    if (!series.starts_with(alias.prefix)) continue;
    out.push_back(std::string(alias.as) + std::string(series.substr(alias.prefix.size())));
  }
  return out;
}

// The series that may be behind a metric, the likeliest first.
std::vector<std::pair<std::string, bool>> series_behind(std::string_view metric) {
  std::vector<std::string> bases{std::string(metric)};
  for (const Alias& alias : kAliases) {
    if (!metric.starts_with(alias.as)) continue;
    bases.push_back(std::string(alias.prefix) + std::string(metric.substr(alias.as.size())));
  }
  std::vector<std::pair<std::string, bool>> out;
  for (const std::string& base : bases) {
    for (const Ending& ending : kEndings) {
      std::string series = base + std::string(ending.text);
      const bool fits = ending_of(series).text == ending.text && !is_left_out(series);
      if (fits) out.emplace_back(std::move(series), ending.rate);
    }
  }
  return out;
}

// Per second. A fall is a reset, after which it began again at 0.
std::optional<double> rate_of(const std::vector<Point>& points) {
  if (points.size() < 2) return std::nullopt;
  double grown = 0;
  for (std::size_t i = 1; i < points.size(); ++i) {
    const double step = points[i].value - points[i - 1].value;
    grown += step < 0 ? points[i].value : step;
  }
  const double seconds = to_seconds(points.back().at - points.front().at);
  return seconds > 0 ? std::optional(grown / seconds) : std::nullopt;
}

std::int64_t milli_of(double value) {
  constexpr double kMost = 9e18;
  if (std::isnan(value)) return 0;
  return static_cast<std::int64_t>(std::trunc(std::clamp(value * 1000, -kMost, kMost)));
}

Error unknown(std::string_view metric) {
  return {ErrorKind::kNotFound, fmt::format("metric {}: no series", metric)};
}

std::string value_or_empty(const SeriesLabels& labels, std::string_view name) {
  const auto found = labels.find(name);
  return found == labels.end() ? std::string() : found->second;
}

}  // namespace

std::optional<std::vector<MetricsAdapter::Sampled>> MetricsAdapter::sample(
    std::string_view metric, const SeriesLabels& labels, std::string_view label, Time now) const {
  for (const auto& [series, is_rate] : series_behind(metric)) {
    auto seen = telemetry_.select(series, labels, now - kRelist, now);
    std::erase_if(seen, [&](const Telemetry::Series& one) { return !one.labels.contains(label); });
    if (seen.empty()) continue;
    std::vector<Sampled> out;
    if (is_rate) {
      for (Telemetry::Series& one : telemetry_.select(series, labels, now - kRateWindow, now)) {
        const auto rate = rate_of(one.points);
        if (rate) out.push_back({std::move(one.labels), *rate});
      }
    } else {
      for (Telemetry::Series& one : telemetry_.latest(series, labels, now)) {
        out.push_back({std::move(one.labels), one.points.front().value});
      }
    }
    return out;
  }
  return std::nullopt;
}

Result<std::map<std::string, std::int64_t>> MetricsAdapter::of_objects(
    const ObjectMetricQuery& query, Time now) const {
  SeriesLabels labels;
  if (!query.ns.empty()) labels["namespace"] = query.ns;
  const auto sampled = sample(query.metric, labels, query.singular, now);
  if (!sampled) return unknown(query.metric);
  const std::set<std::string_view> wanted(query.names.begin(), query.names.end());
  std::map<std::string, double> sums;
  for (const Sampled& one : *sampled) {
    const std::string name = value_or_empty(one.labels, query.singular);
    if (wanted.contains(name) && query.selector.matches(one.labels)) sums[name] += one.value;
  }
  std::map<std::string, std::int64_t> out;
  for (const auto& [name, sum] : sums) out[name] = milli_of(sum);
  return out;
}

Result<std::vector<ExternalMetric>> MetricsAdapter::external(std::string_view ns,
                                                             std::string_view metric,
                                                             const LabelSelector& selector,
                                                             Time now) const {
  const auto sampled =
      sample(metric, SeriesLabels{{"namespace", std::string(ns)}}, "namespace", now);
  if (!sampled) return unknown(metric);
  double sum = 0;
  bool any = false;
  for (const Sampled& one : *sampled) {
    if (!selector.matches(one.labels)) continue;
    sum += one.value;
    any = true;
  }
  if (!any) return std::vector<ExternalMetric>{};
  return std::vector<ExternalMetric>{{{{"namespace", std::string(ns)}}, milli_of(sum)}};
}

MetricNames MetricsAdapter::names(Time now) const {
  struct Labelled {
    std::string_view label, resource;
  };
  constexpr Labelled kResources[] = {{"deployment", "deployments.apps"},
                                     {"namespace", "namespaces"},
                                     {"node", "nodes"},
                                     {"pod", "pods"},
                                     {"service", "services"}};
  std::set<std::pair<std::string, std::string>> custom;
  std::set<std::string> external;
  telemetry_.for_each_series(now - kRelist,
                             [&](const std::string& series, const SeriesLabels& labels) {
                               if (is_left_out(series)) return;
                               for (const std::string& metric : names_of(series)) {
                                 for (const Labelled& one : kResources) {
                                   if (labels.contains(one.label))
                                     custom.emplace(one.resource, metric);
                                 }
                                 if (labels.contains("namespace")) external.insert(metric);
                               }
                             });
  return {{custom.begin(), custom.end()}, {external.begin(), external.end()}};
}

}  // namespace inferlab::sim
