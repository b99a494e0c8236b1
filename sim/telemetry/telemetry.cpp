#include "sim/telemetry/telemetry.h"

#include <algorithm>
#include <cmath>
#include <cstdlib>
#include <iterator>
#include <limits>
#include <set>
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

/// Brings `known` from this index on into the order of `samples`; what is new among them has no
/// history yet. Returns those that are not among them.
template <typename Known>
std::vector<Known> reordered(std::vector<Known>& known, std::size_t from,
                             const std::vector<Sample>& samples) {
  const auto by_content = [](const Known& a, const Known& b) {
    return a.name != b.name ? a.name < b.name : a.labels < b.labels;
  };
  const auto first = known.begin() + static_cast<std::ptrdiff_t>(from);
  std::set<Known, decltype(by_content)> old(std::make_move_iterator(first),
                                            std::make_move_iterator(known.end()), by_content);
  known.resize(from);
  for (std::size_t i = from; i < samples.size(); ++i) {
    Known fresh{samples[i].name, samples[i].labels};
    const auto found = old.find(fresh);
    if (found == old.end()) {
      known.push_back(std::move(fresh));
    } else {
      known.push_back(std::move(old.extract(found).value()));
    }
  }
  std::vector<Known> gone;
  while (!old.empty()) gone.push_back(std::move(old.extract(old.begin()).value()));
  return gone;
}

}  // namespace

void Telemetry::add_target(std::string name, SeriesLabels labels, ScrapeTarget target,
                           std::function<std::uint64_t()> version) {
  const bool is_new =
      targets_
          .emplace(std::move(name),
                   Target{std::move(labels), std::move(target), std::move(version), {}, {}})
          .second;
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

void Telemetry::note(Known& known, double value, Time now) const {
  known.seen = num_scrapes_;
  known.value = value;
  std::vector<Point>& points = known.history->points;
  if (!points.empty() && points.back().at == now) {
    points.back().value = value;  // a second scrape at one moment replaces the first
  } else {
    points.push_back({now, value});
  }
}

void Telemetry::scrape_target(Target& target, Time now) {
  if (target.version) {
    const std::uint64_t version = target.version();
    if (target.scraped_version == version) {
      for (Known& known : target.known) note(known, known.value, now);
      return;
    }
    target.scraped_version = version;
  }
  buffer_.clear();
  target.scrape(buffer_);
  std::vector<Known>& known = target.known;
  // Nearly always a target exposes the same samples in the same order as last time.
  std::size_t same = 0;
  while (same < known.size() && same < buffer_.size() && known[same].name == buffer_[same].name &&
         known[same].labels == buffer_[same].labels) {
    note(known[same], buffer_[same].value, now);
    ++same;
  }
  if (same == known.size() && same == buffer_.size()) return;
  std::vector<Known> gone = reordered(known, same, buffer_);
  for (std::size_t i = same; i < known.size(); ++i) {
    if (known[i].history == nullptr) known[i].history = &history_of(buffer_[i], target.labels);
    note(known[i], buffer_[i].value, now);
  }
  for (const Known& one : gone) ended_.push_back(one.history);
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
