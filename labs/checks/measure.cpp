#include "labs/checks/measure.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <cmath>
#include <map>
#include <vector>

#include "labs/checks/params.h"

namespace inferlab::labs {
namespace {

using sim::Value;
using enum SpecType;
using Statistic = Measure::Statistic;

constexpr std::string_view kStatistics[] = {"quantile", "increase", "rate",   "last",
                                            "maximum",  "mean",     "minimum"};

constexpr SpecField kFields[] = {
    {.name = "from",
     .type = kDuration,
     .description = "where the window begins; the start of the run if left out"},
    {.name = "labels", .type = kLabels, .description = "that a series must have"},
    {.name = "metric",
     .description = "as it is scraped; of a histogram without _bucket",
     .required = true},
    {.name = "quantile",
     .type = kNumber,
     .description = "of statistic quantile; 0.95 if left out",
     .minimum = 0,
     .maximum = 1},
    {.name = "statistic",
     .type = kWord,
     .description = "what is made of the series",
     .required = true,
     .words = kStatistics},
    {.name = "to",
     .type = kDuration,
     .description = "where the window ends; the end of the run if left out"},
};

// The sum of all series at each scrape in the window.
std::map<Time, double> summed(const std::vector<sim::Telemetry::Series>& all) {
  std::map<Time, double> out;
  for (const sim::Telemetry::Series& series : all) {
    for (const sim::Point& point : series.points) {
      if (!std::isnan(point.value)) out[point.at] += point.value;
    }
  }
  return out;
}

}  // namespace

constexpr SpecTable kMeasureTable = {"measure", "A number made of scraped series.", kFields};

std::string Measure::str() const {
  std::vector<std::string> matchers;
  for (const auto& [name, value] : labels)
    matchers.push_back(fmt::format("{}=\"{}\"", name, value));
  const std::string selector =
      matchers.empty() ? metric : fmt::format("{}{{{}}}", metric, fmt::join(matchers, ","));
  std::string what;
  switch (statistic) {
    case Statistic::kQuantile:
      what = fmt::format("p{} of {}", std::round(quantile * 1000) / 10, selector);
      break;
    case Statistic::kIncrease:
      what = "increase of " + selector;
      break;
    case Statistic::kRate:
      what = "rate of " + selector;
      break;
    case Statistic::kLast:
      what = "last value of " + selector;
      break;
    case Statistic::kMaximum:
      what = "maximum of " + selector;
      break;
    case Statistic::kMean:
      what = "mean of " + selector;
      break;
    case Statistic::kMinimum:
      what = "minimum of " + selector;
      break;
  }
  if (from != Duration{}) what += " from " + format_duration(from);
  if (to != Duration{}) what += " to " + format_duration(to);
  return what;
}

Measure measure_from(const Value& value) {
  const Params params(value);
  Measure out;
  out.metric = value["metric"].str();
  const Value& labels = value["labels"];
  for (const Value::Member& label : labels.members()) out.labels[label.key] = label.value.str();
  const auto word =
      std::find(std::begin(kStatistics), std::end(kStatistics), value["statistic"].as_string());
  out.statistic = static_cast<Statistic>(word - std::begin(kStatistics));
  out.quantile = value["quantile"].as_double(0.95);
  out.from = params.duration_or("from", {});
  out.to = params.duration_or("to", {});
  return out;
}

std::optional<double> measured(sim::Cluster& run, const Measure& measure) {
  const sim::Telemetry& telemetry = run.telemetry();
  const Time from{measure.from};
  const Time to = measure.to == Duration{} ? run.simulation().now()
                                           : std::min(Time{measure.to}, run.simulation().now());
  if (measure.statistic == Statistic::kQuantile) {
    return telemetry.quantile(measure.quantile, measure.metric, measure.labels, from, to);
  }
  if (measure.statistic == Statistic::kIncrease || measure.statistic == Statistic::kRate) {
    const auto increase = telemetry.increase(measure.metric, measure.labels, from, to);
    if (!increase || measure.statistic == Statistic::kIncrease) return increase;
    const double seconds = std::chrono::duration<double>(to - from).count();
    return seconds > 0 ? std::optional(*increase / seconds) : std::nullopt;
  }
  const auto points = summed(telemetry.select(measure.metric, measure.labels, from, to));
  if (points.empty()) return std::nullopt;
  double sum = 0, most = points.begin()->second, least = most;
  for (const auto& [at, value] : points) {
    sum += value;
    most = std::max(most, value);
    least = std::min(least, value);
  }
  if (measure.statistic == Statistic::kMinimum) return least;
  if (measure.statistic == Statistic::kMean) return sum / static_cast<double>(points.size());
  return measure.statistic == Statistic::kMaximum ? most : points.rbegin()->second;
}

std::string shown_number(double value) {
  if (std::round(value) == value && std::abs(value) < 1e15) return fmt::format("{:.0f}", value);
  return fmt::format("{:.4g}", value);
}

}  // namespace inferlab::labs
