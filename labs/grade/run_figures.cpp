#include "labs/grade/run_figures.h"

#include <fmt/format.h>

#include <algorithm>
#include <cctype>
#include <cstdlib>
#include <set>
#include <string_view>
#include <utility>

#include "labs/grade/pod_history.h"
#include "sim/serving/gateway.h"
#include "sim/telemetry/telemetry.h"

namespace inferlab::labs {
namespace {

double rounded(double value) {
  return std::strtod(fmt::format("{:.4g}", value).c_str(), nullptr);
}

std::optional<double> rounded(std::optional<double> value) {
  if (value) value = rounded(*value);
  return value;
}

// Words that may be metrics: "gateway_requests_total", "vllm:num_requests_waiting".
std::vector<std::string> metrics_named(const LabSpec& lab) {
  std::vector<std::string> out;
  std::set<std::string> seen;
  for (const auto* texts : {&lab.expected_signals, &lab.validation_signals}) {
    for (const std::string& text : *texts) {
      std::string word;
      for (const char c : text + " ") {
        if (std::isalnum(static_cast<unsigned char>(c)) != 0 || c == '_' || c == ':') {
          word += c;
          continue;
        }
        if (word.find('_') != std::string::npos && seen.insert(word).second) out.push_back(word);
        word.clear();
      }
    }
  }
  return out;
}

void add_requests(sim::Cluster& run, std::vector<RunFigure>& out) {
  double answered = 0;
  double failed = 0;
  for (const sim::RequestRecord& record : run.gateway().records()) {
    if (record.code == 200) ++answered;
    if (record.code != 200 && record.code != 0) ++failed;
  }
  out.push_back({"requests_answered", "requests answered", "requests", answered});
  out.push_back({"requests_failed", "requests failed", "requests", failed});
}

void add_pods(sim::Cluster& run, const LabSpec& lab, std::vector<RunFigure>& out) {
  const Time end = run.simulation().now();
  double restarts = 0;
  Duration held{};
  std::optional<Time> first_ready;
  for (const PodLife& pod : pod_lives(run)) {
    restarts += static_cast<double>(pod.restarts);
    if (pod.bound) held += (pod.ended.value_or(end) - *pod.bound) * pod.gpus;
    // What was Ready before anything was handed in is the lab's.
    for (const PodLife::Turn& turn : pod.turns) {
      if (!turn.ready || turn.at < Time{lab.apply_at}) continue;
      first_ready = std::min(first_ready.value_or(turn.at), turn.at);
    }
  }
  out.push_back({"container_restarts", "container restarts", "restarts", restarts});
  out.push_back({"gpu_seconds_held", "GPUs held by Pods", "GPU s", rounded(to_seconds(held))});
  std::optional<double> after;
  if (first_ready) after = rounded(to_seconds(*first_ready - Time{lab.apply_at}));
  out.push_back({"first_ready", "first Pod Ready after the start", "s", after});
}

}  // namespace

std::vector<RunFigure> run_figures(sim::Cluster& run, const LabSpec& lab) {
  std::vector<RunFigure> out;
  const Time end = run.simulation().now();
  const auto p95 = [&](std::string_view metric) {
    return rounded(run.telemetry().quantile(0.95, metric, {}, Time{}, end));
  };
  out.push_back(
      {"ttft_p95", "time to first token, p95", "s", p95("vllm:time_to_first_token_seconds")});
  out.push_back(
      {"itl_p95", "inter-token latency, p95", "s", p95("vllm:inter_token_latency_seconds")});
  add_requests(run, out);
  add_pods(run, lab, out);
  for (const std::string& metric : metrics_named(lab)) {
    out.push_back(
        {metric, metric + ", at the end", "", rounded(run.telemetry().sum_at(metric, {}, end))});
  }
  return out;
}

}  // namespace inferlab::labs
