#include "labs/grade/evidence.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <cstdlib>
#include <map>
#include <set>
#include <utility>

#include "sim/telemetry/telemetry.h"

namespace inferlab::labs {
namespace {

using Values = std::vector<std::optional<double>>;
using sim::Telemetry;

// Four significant digits.
double rounded(double value) {
  return std::strtod(fmt::format("{:.4g}", value).c_str(), nullptr);
}

/// The run's time cut into windows.
class Windows {
 public:
  Windows(Duration scrape_interval, Duration end) : end_(end) {
    const auto scrapes = static_cast<std::size_t>(std::max<std::int64_t>(
        1, (end.count() + scrape_interval.count() - 1) / scrape_interval.count()));
    const std::size_t together = (scrapes + kMostEvidenceWindows - 1) / kMostEvidenceWindows;
    size_ = scrape_interval * static_cast<std::int64_t>(together);
    count_ = (scrapes + together - 1) / together;
  }

  [[nodiscard]] Duration size() const { return size_; }
  [[nodiscard]] std::size_t count() const { return count_; }
  [[nodiscard]] Time begin(std::size_t i) const {
    return Time{size_ * static_cast<std::int64_t>(i)};
  }
  [[nodiscard]] Time end(std::size_t i) const { return std::min(begin(i + 1), Time{end_}); }
  /// Of what was scraped then. A window has its end, and not its begin.
  [[nodiscard]] std::size_t of(Time at) const {
    const std::int64_t before = std::max<std::int64_t>(0, at.time_since_epoch().count() - 1);
    return std::min(static_cast<std::size_t>(before / size_.count()), count_ - 1);
  }

 private:
  Duration size_{}, end_{};
  std::size_t count_ = 0;
};

class Collector {
 public:
  Collector(sim::Cluster& run, const Duration scrape_interval)
      : telemetry_(run.telemetry()),
        end_(run.simulation().now()),
        windows_(scrape_interval, end_.time_since_epoch()) {
    out_.window = windows_.size();
  }

  /// A quantile of a histogram over all who expose it.
  void add_p95(const std::string& plot, std::string_view metric) {
    Values values(windows_.count());
    for (std::size_t i = 0; i < values.size(); ++i) {
      // With the scrape at its begin, from which the increase is counted.
      values[i] =
          telemetry_.quantile(0.95, metric, {}, windows_.begin(i) - Duration{1}, windows_.end(i));
    }
    add(plot, "p95", "s", std::move(values));
  }

  /// Requests that ended in each window, by the gateway's counters.
  void add_requests(const std::string& ns, const std::string& service) {
    Values answered(windows_.count()), failed(windows_.count());
    for (const Telemetry::Series& series : telemetry_.select(
             "gateway_requests_total", {{"namespace", ns}, {"service", service}}, Time{}, end_)) {
      const auto code = series.labels.find("code");
      const bool is_answer = code != series.labels.end() && code->second == "200";
      double before = 0;  // the gateway counts from the start of the run
      for (const sim::Point& point : series.points) {
        // Both lines are there where one is: no failure is a number, too.
        const std::size_t window = windows_.of(point.at);
        for (Values* values : {&answered, &failed}) {
          (*values)[window] = (*values)[window].value_or(0);
        }
        std::optional<double>& value = (is_answer ? answered : failed)[window];
        *value += std::max(0.0, point.value - before);
        before = point.value;
      }
    }
    const std::string plot = fmt::format("Requests to {}/{}", ns, service);
    add(plot, "answered", "requests", std::move(answered));
    add(plot, "failed", "requests", std::move(failed));
  }

  void add_available(const std::string& ns, const std::string& deployment) {
    Values values(windows_.count());
    for (const Telemetry::Series& series :
         telemetry_.select("kube_deployment_status_replicas_available",
                           {{"namespace", ns}, {"deployment", deployment}}, Time{}, end_)) {
      for (const sim::Point& point : series.points) values[windows_.of(point.at)] = point.value;
    }
    add("Available replicas", fmt::format("{}/{}", ns, deployment), "Pods", std::move(values));
  }

  /// Devices in whose memory something lies, at the last scrape of each window.
  void add_gpus() {
    std::map<Time, double> in_use;
    for (const Telemetry::Series& series :
         telemetry_.select("DCGM_FI_DEV_FB_USED", {}, Time{}, end_)) {
      for (const sim::Point& point : series.points) in_use[point.at] += point.value > 0 ? 1 : 0;
    }
    // A line along the bottom shows nothing that its absence does not.
    if (std::ranges::all_of(in_use, [](const auto& each) { return each.second == 0; })) return;
    Values values(windows_.count());
    for (const auto& [at, number] : in_use) values[windows_.of(at)] = number;
    add("GPUs in use", "by memory", "GPUs", std::move(values));
  }

  void add_marker(Duration at, std::string text) {
    if (Time{at} <= end_) out_.markers.push_back({at, std::move(text)});
  }

  Evidence take() {
    std::stable_sort(out_.markers.begin(), out_.markers.end(),
                     [](const EvidenceMarker& a, const EvidenceMarker& b) { return a.at < b.at; });
    return std::move(out_);
  }

 private:
  void add(const std::string& plot, std::string name, std::string unit, Values values) {
    const bool any = std::any_of(values.begin(), values.end(),
                                 [](const std::optional<double>& each) { return each; });
    if (!any || out_.series.size() >= kMostEvidenceSeries) return;
    for (std::optional<double>& value : values) {
      if (value) value = rounded(*value);
    }
    out_.series.push_back({plot, std::move(name), std::move(unit), std::move(values)});
  }

  const Telemetry& telemetry_;
  Time end_;
  Windows windows_;
  Evidence out_;
};

}  // namespace

Evidence evidence_of(sim::Cluster& run, const LabSpec& lab, const Submission& submission) {
  Collector collector(run, run.spec().scrape_interval);
  collector.add_p95("Time to first token", "vllm:time_to_first_token_seconds");
  collector.add_p95("Inter-token latency", "vllm:inter_token_latency_seconds");
  collector.add_gpus();
  std::set<std::pair<std::string, std::string>> seen;
  for (const sim::TrafficSpec& traffic : run.spec().traffic) {
    if (!seen.emplace(traffic.ns, traffic.service).second) continue;
    collector.add_requests(traffic.ns, traffic.service);
  }
  seen.clear();
  for (const sim::JournalEntry& entry : submission.journal) {
    const sim::ApiRequest& request = entry.request;
    if (entry.kind != sim::JournalEntry::Kind::kApi || request.resource != "deployments.apps") {
      continue;
    }
    const std::string name =
        request.name.empty() ? request.body["metadata"]["name"].str() : request.name;
    if (name.empty() || !seen.emplace(request.ns, name).second) continue;
    collector.add_available(request.ns, name);
  }
  if (!submission.journal.empty()) {
    collector.add_marker(submission.journal.front().at.time_since_epoch(), "submission applied");
  }
  constexpr std::size_t kMostEvents = 12;  // more could not be told apart
  std::size_t markers = 0;
  std::set<std::string> marked;  // what comes again and again is marked once
  for (const RunEvent& event : lab.events) {
    if (markers >= kMostEvents || !marked.insert(event.str()).second) continue;
    collector.add_marker(event.at, event.str());
    ++markers;
  }
  markers = 0;
  for (const RunEvent& action : submission.actions) {
    if (markers++ >= kMostEvents) break;
    collector.add_marker(action.at, action.str());
  }
  return collector.take();
}

}  // namespace inferlab::labs
