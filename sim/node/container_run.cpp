// container_run.cpp: what happens to a container while it runs (probes, metrics), and its end.
// Source: Kubernetes documentation, "Pod Lifecycle" (termination of Pods, container probes); texts
// of kubelet 1.32.
#include <fmt/format.h>

#include <algorithm>
#include <charconv>
#include <utility>

#include "sim/node/pod_worker.h"

namespace inferlab::sim {
namespace {

/// After preStop has used up the grace period, the process still gets this long.
constexpr Duration kLeastGrace = 2s;

/// Prometheus' rule for label names: what is not a letter, digit or underscore becomes one.
std::string label_name(std::string_view text) {
  std::string name(text);
  for (char& c : name) {
    const bool is_fine = (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9');
    if (!is_fine) c = '_';
  }
  return name;
}

/// The seconds of a word like "15" or "15s"; 0 for anything else.
std::int64_t seconds_in(std::string_view word) {
  if (word.ends_with('s')) word.remove_suffix(1);
  std::int64_t seconds = 0;
  const auto [end, error] = std::from_chars(word.data(), word.data() + word.size(), seconds);
  const bool is_number = error == std::errc{} && end == word.data() + word.size();
  return is_number && seconds > 0 && seconds < 1'000'000 ? seconds : 0;
}

}  // namespace

void PodWorker::make_probes(Container& container) {
  if (container.is_init) return;
  const auto add = [&](ProbeType type, const std::optional<ProbeView>& probe) {
    if (!probe) return;
    Time first_tick = timers_.now();
    // Only a kubelet that has just started spreads the first probes over their period.
    if (timers_.now() - node_.kubelet_started < probe->period) {
      first_tick += node_.jitter.between(Duration{0}, probe->period);
    }
    Container* const target = &container;
    ProbeWorker::Hooks hooks{
        .run = [this, target,
                view = *probe] { return run_probe(view, runtime_.pod_ip, *target->workload); },
        .failed =
            [this, target, type](const std::string& output) {
              record(target, "Warning", "Unhealthy",
                     fmt::format("{} probe failed: {}", title_of(type), output));
            },
        .result_changed = [this, target,
                           type](bool success) { probe_result_changed(*target, type, success); }};
    container.probes.emplace(type, std::make_unique<ProbeWorker>(timers_.simulation(), type, *probe,
                                                                 first_tick, std::move(hooks)));
  };
  add(ProbeType::kStartup, container.view.startup_probe);
  add(ProbeType::kReadiness, container.view.readiness_probe);
  add(ProbeType::kLiveness, container.view.liveness_probe);
}

void PodWorker::probe_result_changed(Container& container, ProbeType type, bool success) {
  if (type == ProbeType::kStartup && success) {
    set_started(container);
  } else if (type != ProbeType::kReadiness && !success && !terminating_) {
    record(&container, "Normal", "Killing",
           fmt::format("Container {} failed {} probe, will be restarted", container.view.name,
                       name_of(type)));
    stop(container, std::chrono::seconds(pod().termination_grace_period_seconds));
  }
  node_.request_sync(ns_, name_);
}

/// The container counts as started: its other probes begin, readiness at once.
void PodWorker::set_started(Container& container) {
  container.started = true;
  for (const auto& [type, probe] : container.probes) {
    if (type == ProbeType::kStartup) continue;
    probe->set_gate(true);
  }
  const auto readiness = container.probes.find(ProbeType::kReadiness);
  if (readiness != container.probes.end()) readiness->second->trigger();
}

std::string PodWorker::target_name(const Container& container) const {
  return fmt::format("pod/{}/{}/{}", ns_, name_, container.view.name);
}

/// As a Prometheus with the kubernetes-pods job of its documentation would see it: the pod's labels
/// become labels of the target.
void PodWorker::expose_metrics(Container& container) {
  SeriesLabels labels;
  for (const auto& [key, value] : pod().meta.labels) labels[label_name(key)] = value;
  const int port =
      container.view.container_ports.empty() ? 0 : container.view.container_ports.front();
  labels["job"] = "kubernetes-pods";
  labels["instance"] = fmt::format("{}:{}", runtime_.pod_ip, port);
  labels["namespace"] = ns_;
  labels["pod"] = name_;
  labels["container"] = container.view.name;
  labels["node"] = node_.name;
  node_.telemetry.add_target(target_name(container), std::move(labels),
                             [&container](std::vector<Sample>& samples) {
                               if (container.workload != nullptr)
                                 container.workload->scrape(samples);
                             });
}

void PodWorker::exited(Container& container) {
  node_.telemetry.remove_target(target_name(container));
  for (const auto& [type, probe] : container.probes) probe->container_stopped();
  if (!lost_) node_.request_sync(ns_, name_);
}

void PodWorker::terminate(Duration grace) {
  const Time deadline = timers_.now() + grace;
  const bool is_first = !terminating_;
  terminating_ = true;
  timers_.cancel(wake_event_);
  wake_at_.reset();
  for_each_container([&](Container& container) {
    container.busy = false;
    if (container.state != Container::State::kRunning) return;
    if (is_first) {
      record(&container, "Normal", "Killing",
             fmt::format("Stopping container {}", container.view.name));
      // A container that is on its way out is neither restarted nor declared dead.
      for (const auto& [type, probe] : container.probes) {
        if (type != ProbeType::kReadiness) probe->set_gate(false);
      }
      stop(container, grace);
    } else if (kill_at_ && deadline < *kill_at_) {
      stop(container, grace);  // asked again, with less patience
    }
  });
  if (is_first || (kill_at_ && deadline < *kill_at_)) kill_at_ = deadline;
}

void PodWorker::stop(Container& container, Duration grace) {
  const std::string run = container.container_id;
  const auto if_same_run = [this, &container, run](auto action) {
    return [&container, run, action] {
      const bool is_same =
          container.state == Container::State::kRunning && container.container_id == run;
      if (is_same) action();
    };
  };
  if (grace <= 0s) {
    container.kill(137, "Error");
    return;
  }
  const Duration pre_stop = container.stopping ? 0s : std::min(pre_stop_time(container), grace);
  const Duration left = std::max(grace - pre_stop, kLeastGrace);
  if (!container.stopping) {
    container.stopping = true;
    timers_.after(pre_stop, "kubelet/sigterm",
                  if_same_run([&container] { container.workload->terminate(); }));
  }
  timers_.after(pre_stop + left, "kubelet/sigkill",
                if_same_run([&container] { container.kill(137, "Error"); }));
}

/// How long the container's preStop hook takes: `sleep.seconds`, or an exec of `sleep N`, also
/// inside a shell command. Anything else is done at once.
Duration PodWorker::pre_stop_time(const Container& container) const {
  const Value& hook = container.document["lifecycle"]["preStop"];
  if (hook.has("sleep")) return std::chrono::seconds(hook["sleep"]["seconds"].as_int());
  std::int64_t total = 0;
  bool follows_sleep = false;
  for (const Value& argument : hook["exec"]["command"].items()) {
    std::string_view rest = argument.as_string();
    while (!rest.empty()) {
      const std::size_t end = rest.find_first_of(" ;&");
      const std::string_view word = rest.substr(0, end);
      rest = end == std::string_view::npos ? std::string_view() : rest.substr(end + 1);
      if (word.empty()) continue;
      if (follows_sleep) total += seconds_in(word);
      follows_sleep = word == "sleep" || word.ends_with("/sleep");
    }
  }
  return std::chrono::seconds(total);
}

}  // namespace inferlab::sim
