#include "sim/telemetry/telemetry.h"

#include <algorithm>
#include <cmath>
#include <cstdlib>
#include <limits>
#include <utility>

#include "engine/base/check.h"

namespace inferlab::sim {
namespace {

/// Source: Prometheus documentation, "Staleness": the look-back of an instant query.
constexpr Duration kLookback = 5min;

bool is_stale(const Point& point) {
  return std::isnan(point.value);
}

bool matches(const SeriesLabels& labels, const SeriesLabels& wanted) {
  return std::all_of(wanted.begin(), wanted.end(), [&](const auto& pair) {
    const auto found = labels.find(pair.first);
    return found != labels.end() && found->second == pair.second;
  });
}

double bound_of(const SeriesLabels& labels) {
  const auto found = labels.find("le");
  if (found == labels.end()) return std::numeric_limits<double>::quiet_NaN();
  if (found->second == "+Inf") return std::numeric_limits<double>::infinity();
  char* end = nullptr;
  const double bound = std::strtod(found->second.c_str(), &end);
  return end == found->second.c_str() ? std::numeric_limits<double>::quiet_NaN() : bound;
}

using PointIterator = std::vector<Point>::const_iterator;

/// nullopt: fewer than two points. A stale marker in between is passed over.
std::optional<double> increase_of(PointIterator first, PointIterator last) {
  const Point* previous = nullptr;
  std::optional<double> sum;
  for (auto point = first; point != last; ++point) {
    if (is_stale(*point)) continue;
    if (previous != nullptr) {
      const bool was_reset = point->value < previous->value;
      sum = sum.value_or(0) + (was_reset ? point->value : point->value - previous->value);
    }
    previous = &*point;
  }
  return sum;
}

}  // namespace

void Telemetry::add_target(std::string name, SeriesLabels labels, ScrapeTarget target) {
  const bool is_new =
      targets_.emplace(std::move(name), Target{std::move(labels), std::move(target), {}}).second;
  INFERLAB_CHECK(is_new);
}

void Telemetry::remove_target(std::string_view name) {
  const auto found = targets_.find(name);
  if (found == targets_.end()) return;
  for (const Known& known : found->second.known) ended_.push_back(known.history);
  targets_.erase(found);
}

Telemetry::History& Telemetry::history_of(const Sample& sample, const SeriesLabels& target_labels) {
  SeriesLabels labels = target_labels;  // the target's win, as with honor_labels: false
  labels.insert(sample.labels.begin(), sample.labels.end());
  return series_[SeriesKey(sample.name, std::move(labels))];
}

void Telemetry::scrape_target(Target& target, Time now) {
  buffer_.clear();
  target.scrape(buffer_);
  std::vector<Known>& known = target.known;
  for (std::size_t i = 0; i < buffer_.size(); ++i) {
    const Sample& sample = buffer_[i];
    // Nearly always a target exposes the same samples in the same order as last time.
    const bool is_known =
        i < known.size() && known[i].name == sample.name && known[i].labels == sample.labels;
    if (!is_known) {
      auto place = std::find_if(known.begin(), known.end(), [&](const Known& one) {
        return one.name == sample.name && one.labels == sample.labels;
      });
      if (place == known.end()) {
        known.push_back(
            {sample.name, sample.labels, &history_of(sample, target.labels), std::uint64_t{0}});
        place = known.end() - 1;
      }
      // May move a sample that comes later to the end; it is then found by the search above.
      if (i < known.size()) std::iter_swap(known.begin() + static_cast<std::ptrdiff_t>(i), place);
    }
    known[i].seen = num_scrapes_;
    std::vector<Point>& points = known[i].history->points;
    if (!points.empty() && points.back().at == now) {
      points.back().value = sample.value;  // a second scrape at one moment replaces the first
    } else {
      points.push_back({now, sample.value});
    }
  }
  std::erase_if(known, [&](const Known& one) {
    if (one.seen == num_scrapes_) return false;
    ended_.push_back(one.history);
    return true;
  });
}

void Telemetry::scrape(Time now) {
  ++num_scrapes_;
  for (auto& [name, target] : targets_) scrape_target(target, now);
  for (History* history : ended_) {
    std::vector<Point>& points = history->points;
    // A new target may have taken the series over in this very scrape.
    if (points.empty() || points.back().at >= now || is_stale(points.back())) continue;
    points.push_back({now, std::numeric_limits<double>::quiet_NaN()});
  }
  ended_.clear();
}

template <typename Visit>
void Telemetry::for_each_match(std::string_view name, const SeriesLabels& labels, Time from,
                               Time to, Visit visit) const {
  const auto after = [](Time time, const Point& point) { return time < point.at; };
  for (auto entry = series_.lower_bound(SeriesKey(std::string(name), {}));
       entry != series_.end() && entry->first.first == name; ++entry) {
    if (!matches(entry->first.second, labels)) continue;
    const std::vector<Point>& points = entry->second.points;
    const auto first = std::upper_bound(points.begin(), points.end(), from, after);
    visit(entry->first.second, first, std::upper_bound(first, points.end(), to, after));
  }
}

std::vector<Telemetry::Series> Telemetry::select(std::string_view name, const SeriesLabels& labels,
                                                 Time from, Time to) const {
  std::vector<Series> result;
  for_each_match(name, labels, from, to,
                 [&](const SeriesLabels& own, PointIterator first, PointIterator last) {
                   Series series{own, {}};
                   std::copy_if(first, last, std::back_inserter(series.points),
                                [](const Point& point) { return !is_stale(point); });
                   if (!series.points.empty()) result.push_back(std::move(series));
                 });
  return result;
}

std::vector<Telemetry::Series> Telemetry::latest(std::string_view name, const SeriesLabels& labels,
                                                 Time at) const {
  std::vector<Series> result;
  for_each_match(name, labels, at - kLookback, at,
                 [&](const SeriesLabels& own, PointIterator first, PointIterator last) {
                   if (first == last || is_stale(*(last - 1))) return;
                   result.push_back({own, {*(last - 1)}});
                 });
  return result;
}

void Telemetry::for_each_series(
    Time since,
    const std::function<void(const std::string& name, const SeriesLabels& labels)>& visit) const {
  for (const auto& [key, history] : series_) {
    if (history.points.empty() || history.points.back().at <= since) continue;
    visit(key.first, key.second);
  }
}

std::optional<double> Telemetry::increase(std::string_view name, const SeriesLabels& labels,
                                          Time from, Time to) const {
  std::optional<double> sum;
  for_each_match(name, labels, from, to,
                 [&](const SeriesLabels&, PointIterator first, PointIterator last) {
                   const std::optional<double> one = increase_of(first, last);
                   if (one) sum = sum.value_or(0) + *one;
                 });
  return sum;
}

std::optional<double> Telemetry::quantile(double q, std::string_view name,
                                          const SeriesLabels& labels, Time from, Time to) const {
  if (!(q >= 0 && q <= 1)) return std::nullopt;
  std::map<double, double> counts;  // cumulative, by upper bound
  for_each_match(std::string(name) + "_bucket", labels, from, to,
                 [&](const SeriesLabels& own, PointIterator first, PointIterator last) {
                   const double bound = bound_of(own);
                   const std::optional<double> one = increase_of(first, last);
                   if (one && !std::isnan(bound)) counts[bound] += *one;
                 });
  if (counts.size() < 2 || !std::isinf(counts.rbegin()->first)) return std::nullopt;
  // Series scraped at different moments may not add up to a growing row; Prometheus mends it too.
  double largest = 0;
  for (auto& [bound, count] : counts) largest = count = std::max(count, largest);
  if (largest <= 0) return std::nullopt;

  const double rank = q * largest;
  double lower = 0;
  double below = 0;
  for (const auto& [bound, count] : counts) {
    if (std::isinf(bound)) return lower;
    if (count >= rank) {
      if (below == 0 && lower == 0 && bound <= 0) return bound;
      if (count <= below) return lower;
      return lower + (bound - lower) * ((rank - below) / (count - below));
    }
    lower = bound;
    below = count;
  }
  return std::nullopt;
}

std::optional<double> Telemetry::sum_at(std::string_view name, const SeriesLabels& labels,
                                        Time at) const {
  std::optional<double> sum;
  for_each_match(name, labels, at - kLookback, at,
                 [&](const SeriesLabels&, PointIterator first, PointIterator last) {
                   if (first == last || is_stale(*(last - 1))) return;
                   sum = sum.value_or(0) + (last - 1)->value;
                 });
  return sum;
}

}  // namespace inferlab::sim
