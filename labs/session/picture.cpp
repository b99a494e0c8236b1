#include "labs/session/picture.h"

#include <algorithm>
#include <map>
#include <string>
#include <utility>

#include "sim/api/kind.h"
#include "sim/api/views.h"
#include "sim/telemetry/telemetry.h"

namespace inferlab::labs {
namespace {

using sim::ObjectPtr;
using sim::Value;

constexpr std::size_t kMaxEvents = 60;
constexpr Duration kPlotWindow = 600s;
constexpr Duration kRateWindow = 60s;

// The words that kubectl prints for a Pod: its table is made by the kind itself.
struct PodWords {
  std::string status;
  std::int64_t restarts = 0;
};

PodWords words_of(const sim::Kind& pods, const Value& pod, Time now) {
  PodWords words;
  const std::vector<Value> cells = pods.cells(pod, now);
  for (std::size_t i = 0; i < pods.columns.size() && i < cells.size(); ++i) {
    if (pods.columns[i].name == "Status") words.status = cells[i].str();
  }
  for (const Value& status : pod["status"]["containerStatuses"].items()) {
    words.restarts += status["restartCount"].as_int();
  }
  return words;
}

// Why a Pod is not Ready, in the words of the component that says so.
std::string reason_of(const Value& pod) {
  for (const Value& condition : pod["status"]["conditions"].items()) {
    if (condition["type"].as_string() == "PodScheduled" &&
        condition["status"].as_string() == "False") {
      return condition["message"].str();
    }
  }
  for (const Value& status : pod["status"]["containerStatuses"].items()) {
    for (const char* state : {"waiting", "terminated"}) {
      const std::string_view message = status["state"][state]["message"].as_string();
      if (!message.empty()) return std::string(message);
    }
  }
  for (const Value& condition : pod["status"]["conditions"].items()) {
    if (condition["type"].as_string() == "Ready" && condition["status"].as_string() == "False") {
      return condition["message"].str();
    }
  }
  return {};
}

std::int64_t gpus_of(const sim::Resources& resources) {
  const auto it = resources.find("nvidia.com/gpu");
  return it == resources.end() ? 0 : it->second.units();
}

bool is_well_known(std::string_view label) {
  for (const std::string_view prefix : {"kubernetes.io/", "beta.kubernetes.io/",
                                        "node.kubernetes.io/", "topology.kubernetes.io/"}) {
    if (label.rfind(prefix, 0) == 0) return true;
  }
  return false;
}

std::vector<NodeRow> node_rows(sim::Cluster& cluster, const std::vector<PodRow>& pods) {
  std::vector<NodeRow> rows;
  for (const sim::NodePoolSpec& pool : cluster.spec().pools) {
    for (int i = 0; i < pool.count; ++i) {
      const ObjectPtr object =
          cluster.store().get({"nodes", "", pool.name + "-" + std::to_string(i)});
      if (object == nullptr) continue;
      const auto& node = object->view<sim::NodeView>();
      NodeRow row;
      row.name = node.meta.name;
      row.pool = pool.name;
      row.gpu_name = pool.gpu;
      row.ready = node.ready;
      row.schedulable = !node.unschedulable;
      row.gpus = gpus_of(node.allocatable);
      for (const sim::Taint& taint : node.taints) {
        row.taints.push_back(taint.key + (taint.value.empty() ? "" : "=" + taint.value) + ":" +
                             std::string(to_string(taint.effect)));
      }
      for (const auto& [key, value] : node.meta.labels) {
        if (!is_well_known(key)) row.labels.push_back(key + "=" + value);
      }
      for (const PodRow& pod : pods) {
        if (pod.node != row.name) continue;
        row.gpu_owner.insert(row.gpu_owner.end(), static_cast<std::size_t>(pod.gpus),
                             pod.ns + "/" + pod.name);
      }
      row.gpu_owner.resize(static_cast<std::size_t>(std::max<std::int64_t>(row.gpus, 0)));
      rows.push_back(std::move(row));
    }
  }
  return rows;
}

std::vector<PodRow> pod_rows(sim::Cluster& cluster) {
  std::vector<PodRow> rows;
  const sim::Kind* kind = cluster.api().kinds().by_resource("pods");
  const Time now = cluster.simulation().now();
  for (const ObjectPtr& object : cluster.store().list("pods")) {
    const auto& pod = object->view<sim::PodView>();
    PodWords words = words_of(*kind, object->document, now);
    PodRow row;
    row.ns = pod.meta.ns;
    row.name = pod.meta.name;
    row.node = pod.node_name;
    row.status = std::move(words.status);
    row.restarts = words.restarts;
    row.ready = pod.ready;
    row.gpus = pod.terminal() ? 0 : gpus_of(pod.requests);
    row.age = now - pod.meta.created;
    if (!pod.ready) row.reason = reason_of(object->document);
    rows.push_back(std::move(row));
  }
  return rows;
}

std::vector<EventRow> event_rows(const sim::Store& store) {
  std::vector<ObjectPtr> events = store.list("events");
  std::sort(events.begin(), events.end(),
            [](const ObjectPtr& a, const ObjectPtr& b) { return a->revision < b->revision; });
  if (events.size() > kMaxEvents) events.erase(events.begin(), events.end() - kMaxEvents);
  std::vector<EventRow> rows;
  for (const ObjectPtr& event : events) {
    const Value& doc = event->document;
    const Value& about = doc["involvedObject"];
    rows.push_back({event->written, doc["type"].str(), doc["reason"].str(),
                    about["kind"].str() + " " + about["name"].str(), doc["message"].str(),
                    doc["count"].as_int(1)});
  }
  return rows;
}

double seconds_of(Time time) {
  return to_seconds(time.time_since_epoch());
}

// A gauge as it was scraped, a line for each Pod.
std::vector<PlotLine> gauge_lines(const sim::Telemetry& telemetry, std::string_view name,
                                  Time now) {
  std::vector<PlotLine> lines;
  for (const sim::Telemetry::Series& series : telemetry.select(name, {}, now - kPlotWindow, now)) {
    PlotLine line;
    const auto pod = series.labels.find("pod");
    line.name = pod == series.labels.end() ? std::string(name) : pod->second;
    for (const sim::Point& point : series.points) {
      line.seconds.push_back(seconds_of(point.at));
      line.values.push_back(point.value);
    }
    lines.push_back(std::move(line));
  }
  return lines;
}

// Of each Pod, the 95th percentile over the last minute, at every scrape.
std::vector<PlotLine> ttft_lines(const sim::Telemetry& telemetry, Duration interval, Time now) {
  constexpr std::string_view kName = "vllm:time_to_first_token_seconds";
  std::map<std::string, PlotLine> by_pod;
  for (const auto& series :
       telemetry.select(std::string(kName) + "_count", {}, now - kPlotWindow, now)) {
    const auto pod = series.labels.find("pod");
    if (pod == series.labels.end()) continue;
    PlotLine& line = by_pod[pod->second];
    line.name = pod->second;
    for (const sim::Point& point : series.points) {
      const auto p95 = telemetry.quantile(0.95, kName, {{"pod", pod->second}},
                                          point.at - std::max(kRateWindow, 2 * interval), point.at);
      if (!p95) continue;
      line.seconds.push_back(seconds_of(point.at));
      line.values.push_back(*p95);
    }
  }
  std::vector<PlotLine> lines;
  for (auto& [pod, line] : by_pod) lines.push_back(std::move(line));
  return lines;
}

// Answered and failed requests a second at the gateway, between two scrapes.
std::vector<PlotLine> rate_lines(const sim::Telemetry& telemetry, Time now) {
  PlotLine answered{"answered", {}, {}};
  PlotLine failed{"failed", {}, {}};
  std::map<Time, std::pair<double, double>> rates;
  for (const auto& series :
       telemetry.select("gateway_requests_total", {}, now - kPlotWindow, now)) {
    const auto code = series.labels.find("code");
    const bool good = code != series.labels.end() && code->second.rfind('2', 0) == 0;
    for (std::size_t i = 1; i < series.points.size(); ++i) {
      const double took = to_seconds(series.points[i].at - series.points[i - 1].at);
      const double grown = series.points[i].value - series.points[i - 1].value;
      auto& [of_answered, of_failed] = rates[series.points[i].at];
      (good ? of_answered : of_failed) += std::max(0.0, grown) / took;
    }
  }
  for (const auto& [at, rate] : rates) {
    answered.seconds.push_back(seconds_of(at));
    answered.values.push_back(rate.first);
    failed.seconds.push_back(seconds_of(at));
    failed.values.push_back(rate.second);
  }
  if (rates.empty()) return {};
  return {std::move(answered), std::move(failed)};
}

}  // namespace

SnapshotPtr take_picture(sim::Cluster& cluster, double speed) {
  auto picture = std::make_shared<Snapshot>();
  const Time now = cluster.simulation().now();
  picture->now = Time{now - cluster.simulation().start()};  // people count from the beginning
  picture->speed = speed;
  picture->revision = cluster.store().revision();
  picture->pods = pod_rows(cluster);
  picture->nodes = node_rows(cluster, picture->pods);
  picture->events = event_rows(cluster.store());
  const sim::Telemetry& telemetry = cluster.telemetry();
  picture->ttft_p95 = ttft_lines(telemetry, cluster.spec().scrape_interval, now);
  picture->queue_length = gauge_lines(telemetry, "vllm:num_requests_waiting", now);
  picture->requests_rate = rate_lines(telemetry, now);
  return picture;
}

}  // namespace inferlab::labs
