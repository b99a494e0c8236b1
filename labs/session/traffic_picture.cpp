#include "labs/session/traffic_picture.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <optional>
#include <string_view>
#include <utility>
#include <vector>

#include "labs/checks/requests.h"
#include "sim/telemetry/telemetry.h"

namespace inferlab::labs {
namespace {

using sim::SeriesLabels;
using sim::Value;

Value number_or_null(std::optional<double> value) {
  return value ? Value(*value) : Value();
}

Value count_or_null(std::optional<double> value) {
  return value ? Value(static_cast<std::int64_t>(std::llround(*value))) : Value();
}

std::string label_of(const SeriesLabels& labels, std::string_view name) {
  const auto found = labels.find(name);
  return found == labels.end() ? std::string() : found->second;
}

/// From a scrape to the last one, both counted in.
struct Window {
  Time from, to;
  bool whole_run = false;

  [[nodiscard]] Time before() const { return whole_run ? Time{} : from - Duration{1}; }
};

Window window_of(sim::Cluster& cluster, Duration wanted) {
  const Time start = cluster.simulation().start();
  Window out{start, start};
  for (const auto& series :
       cluster.telemetry().latest("gateway_requests_in_flight", {}, cluster.simulation().now())) {
    if (!series.points.empty()) out.to = std::max(out.to, series.points.back().at);
  }
  out.whole_run = out.to - wanted <= start;
  if (!out.whole_run) out.from = out.to - wanted;
  return out;
}

Value service_row(sim::Cluster& cluster, const std::string& ns, const std::string& service,
                  const Window& window) {
  const Time from = window.before(), now = window.to;
  const sim::Telemetry& telemetry = cluster.telemetry();
  const SeriesLabels labels = {{"namespace", ns}, {"service", service}};
  const RequestCount count = count_requests(telemetry, ns, service, from, now);
  Value::Object failed;
  for (const auto& [code, requests] : count.failed) {
    failed.push_back({fmt::format("{}", code), requests});
  }
  const auto quantile = [&](double q, std::string_view name) {
    return number_or_null(telemetry.quantile(q, name, labels, from, now));
  };
  const double seconds = std::max(to_seconds(window.to - window.from), 1e-9);
  return Value::object(
      {{"service", ns + "/" + service},
       {"ended", count.ended},
       {"answered", count.answered},
       {"perSecond", static_cast<double>(count.ended) / seconds},
       {"failed", Value::object(std::move(failed))},
       {"unloaded", count.unloaded},
       {"inFlight", count_or_null(telemetry.sum_at("gateway_requests_in_flight", labels, now))},
       {"ttftP50", quantile(0.5, "gateway_time_to_first_token_seconds")},
       {"ttftP95", quantile(0.95, "gateway_time_to_first_token_seconds")},
       {"durationP95", quantile(0.95, "gateway_request_duration_seconds")}});
}

Value replica_row(const sim::Telemetry& telemetry, const std::string& ns, const std::string& pod,
                  const Window& window) {
  const Time from = window.before(), now = window.to;
  const SeriesLabels labels = {{"namespace", ns}, {"pod", pod}};
  const auto gauge = [&](std::string_view name) { return telemetry.sum_at(name, labels, now); };
  return Value::object(
      {{"pod", ns + "/" + pod},
       {"running", count_or_null(gauge("vllm:num_requests_running"))},
       {"waiting", count_or_null(gauge("vllm:num_requests_waiting"))},
       {"kvCacheUsage", number_or_null(gauge("vllm:kv_cache_usage_perc"))},
       {"itlP95", number_or_null(telemetry.quantile(0.95, "vllm:inter_token_latency_seconds",
                                                    labels, from, now))},
       {"preemptions", count_or_null(gauge("vllm:num_preemptions_total"))}});
}

std::string escaped(std::string_view label) {
  std::string out;
  for (const char c : label) {
    if (c == '\\' || c == '"') out += '\\';
    if (c == '\n') {
      out += "\\n";
    } else {
      out += c;
    }
  }
  return out;
}

std::string spelled(double value) {
  if (std::isinf(value)) return value > 0 ? "+Inf" : "-Inf";
  return fmt::format("{}", value);
}

}  // namespace

Value traffic_picture(sim::Cluster& cluster, Duration wanted) {
  const sim::Telemetry& telemetry = cluster.telemetry();
  const Time now = cluster.simulation().now(), start = cluster.simulation().start();
  const Window window = window_of(cluster, wanted);
  Value::Array services, replicas;
  for (const auto& series : telemetry.latest("gateway_requests_in_flight", {}, now)) {
    services.push_back(service_row(cluster, label_of(series.labels, "namespace"),
                                   label_of(series.labels, "service"), window));
  }
  for (const auto& series : telemetry.latest("vllm:num_requests_running", {}, now)) {
    replicas.push_back(replica_row(telemetry, label_of(series.labels, "namespace"),
                                   label_of(series.labels, "pod"), window));
  }
  return Value::object({{"at", to_seconds(now - start)},
                        {"windowSeconds", to_seconds(window.to - window.from)},
                        {"services", Value::array(std::move(services))},
                        {"replicas", Value::array(std::move(replicas))}});
}

std::string scraped_metrics(sim::Cluster& cluster) {
  const sim::Telemetry& telemetry = cluster.telemetry();
  const Time now = cluster.simulation().now();
  std::vector<std::string> names;
  telemetry.for_each_series(now - 5min, [&](const std::string& name, const SeriesLabels&) {
    if (names.empty() || names.back() != name) names.push_back(name);
  });
  std::string out;
  for (const std::string& name : names) {
    std::string lines;
    for (const auto& series : telemetry.latest(name, {}, now)) {
      if (series.points.empty()) continue;
      std::string labels;
      for (const auto& [key, value] : series.labels) {
        labels += fmt::format("{}{}=\"{}\"", labels.empty() ? "" : ",", key, escaped(value));
      }
      lines += fmt::format("{}{}{}{} {}\n", name, labels.empty() ? "" : "{", labels,
                           labels.empty() ? "" : "}", spelled(series.points.back().value));
    }
    // As Prometheus' own federation says it: the exporters' types are not kept.
    if (!lines.empty()) out += fmt::format("# TYPE {} untyped\n{}", name, lines);
  }
  return out;
}

}  // namespace inferlab::labs
