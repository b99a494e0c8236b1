// container_run.cpp: what happens to a container while it runs (probes, metrics), and its end.
// Source: Kubernetes documentation, "Pod Lifecycle" (termination of Pods, container probes); texts
// of kubelet 1.32.
#include <fmt/format.h>

#include <algorithm>
#include <utility>

#include "sim/node/exec_probe.h"
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

/// The probe as the pod's spec has it.
const Value& written(const Container& container, ProbeType type) {
  switch (type) {
    case ProbeType::kStartup:
      return container.document["startupProbe"];
    case ProbeType::kReadiness:
      return container.document["readinessProbe"];
    case ProbeType::kLiveness:
      break;
  }
  return container.document["livenessProbe"];
}

}  // namespace

void PodWorker::make_probes(Container& container) {
  if (container.is_init && !container.is_sidecar) return;
  const auto add = [&](ProbeType type, const std::optional<ProbeView>& probe) {
    if (!probe) return;
    Time first_tick = timers_.now();
    // Only a kubelet that has just started spreads the first probes over their period.
    if (timers_.now() - node_.kubelet_started < probe->period) {
      first_tick += node_.jitter.between(Duration{0}, probe->period);
    }
    Container* const target = &container;
    ProbeWorker::Hooks hooks{
        .run = [this, target, type, view = *probe] { return carry_out(*target, type, view); },
        .failed =
            [this, target, type](const ProbeOutcome& outcome) {
              record(
                  target, "Warning", "Unhealthy",
                  fmt::format("{} probe {}: {}", title_of(type),
                              outcome.errored ? "errored and resulted in unknown state" : "failed",
                              outcome.output));
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

/// Containers of a pod share their network: whichever listens on the port answers the probe.
ProbeOutcome PodWorker::carry_out(const Container& container, ProbeType type,
                                  const ProbeView& probe) {
  if (probe.action != ProbeView::Action::kExec) {
    const Value& port = written(container, type)["httpGet"]["port"];
    if (probe.http.port == 0 && port.is_string()) {  // no port of the container has that name
      return {.output = fmt::format("strconv.Atoi: parsing \"{}\": invalid syntax", port.str()),
              .errored = true};
    }
    const Container* const other = listener(probe.http.port);
    const Container& target = other == nullptr ? container : *other;
    return run_probe(probe, runtime_.pod_ip, *target.workload);
  }
  ExecWorld world;
  world.get = [this](int port, std::string_view path) {
    HttpAnswer answer;
    for_each_container([&](const Container& one) {
      if (!answer.connected && one.workload != nullptr) {
        answer = one.workload->http_get_inside(port, path);
      }
    });
    return answer;
  };
  for (const Value& mount : container.document["volumeMounts"].items()) {
    world.mounts.push_back(mount["mountPath"].str());
  }
  if (container.setup) world.environment = container.setup->env;
  world.hostname = name_;
  world.files = container.files;
  world.now = timers_.now();
  return run_exec_probe(probe.command, probe.timeout, world);
}

/// A probe may name a grace period of its own for the container that it kills.
Duration PodWorker::kill_grace(const Container& container, ProbeType failed) const {
  return seconds_capped(written(container, failed)["terminationGracePeriodSeconds"].as_int(
      pod().termination_grace_period_seconds));
}

void PodWorker::probe_result_changed(Container& container, ProbeType type, bool success) {
  if (type == ProbeType::kStartup && success) {
    set_started(container);
  } else if (type != ProbeType::kReadiness && !success && !terminating_) {
    // A sidecar is run again always, and its message does not say so.
    const bool is_told = !container.is_sidecar && runtime_.restart_policy != "Never";
    record(&container, "Normal", "Killing",
           fmt::format("{} {} failed {} probe{}",
                       container.is_sidecar ? "Init container" : "Container", container.view.name,
                       name_of(type), is_told ? ", will be restarted" : ""));
    stop(container, kill_grace(container, type), /*in_order=*/false);
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
  for (GpuDevice* gpu : container.gpus) gpu->release(process_of(container));
  if (lost_) return;
  node_.settle_cpus();
  node_.share_cpus();
  for (const auto& init : runtime_.init_containers) {
    if (init->awaits_turn_until && is_its_turn(*init)) {
      send_sigterm(*init, *std::exchange(init->awaits_turn_until, std::nullopt));
    }
  }
  node_.request_sync(ns_, name_);
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
      // A sidecar may be on its way out already, because the containers have ended.
      if (!container.stopping) {
        record(&container, "Normal", "Killing",
               fmt::format("Stopping container {}", container.view.name));
      }
      // A container that is on its way out is neither restarted nor declared dead.
      for (const auto& [type, probe] : container.probes) {
        if (type != ProbeType::kReadiness) probe->set_gate(false);
      }
      stop(container, grace, /*in_order=*/true);
    } else if (kill_at_ && deadline < *kill_at_) {
      stop(container, grace, /*in_order=*/true);  // asked again, with less patience
    }
  });
  if (is_first || (kill_at_ && deadline < *kill_at_)) kill_at_ = deadline;
}

void PodWorker::stop(Container& container, Duration grace, bool in_order) {
  if (grace <= 0s) {
    container.kill(137, "Error");
    return;
  }
  const Time deadline = timers_.now() + grace;
  const auto if_same_run = [this, &container, run = container.container_id](auto action) {
    return [this, &container, run, action] {
      const bool is_same =
          container.state == Container::State::kRunning && container.container_id == run;
      if (is_same) action(*this, container);
    };
  };
  if (container.stopping) {  // asked again
    if (container.awaits_turn_until) {
      container.awaits_turn_until = std::min(*container.awaits_turn_until, deadline);
    }
    timers_.after(std::max(grace, kLeastGrace), "kubelet/sigkill",
                  if_same_run([](PodWorker&, Container& one) { one.kill(137, "Error"); }));
    return;
  }
  container.stopping = true;
  const Duration pre_stop = std::min(run_pre_stop(container), grace);
  timers_.after(pre_stop, "kubelet/sigterm",
                if_same_run([deadline, in_order](PodWorker& self, Container& one) {
                  if (in_order && !self.is_its_turn(one)) {
                    one.awaits_turn_until = deadline;
                  } else {
                    self.send_sigterm(one, deadline);
                  }
                }));
  if (!in_order || !container.is_sidecar) return;
  // Whoever is still waiting for its turn then waits no longer.
  timers_.at(deadline, "kubelet/sigterm", if_same_run([deadline](PodWorker& self, Container& one) {
               if (!one.awaits_turn_until) return;
               one.awaits_turn_until.reset();
               self.send_sigterm(one, deadline);
             }));
}

void PodWorker::send_sigterm(Container& container, Time deadline) {
  timers_.at(std::max(deadline, timers_.now() + kLeastGrace), "kubelet/sigkill",
             [&container, run = container.container_id] {
               const bool is_same =
                   container.state == Container::State::kRunning && container.container_id == run;
               if (is_same) container.kill(137, "Error");
             });
  container.workload->terminate();
}

/// A sidecar waits for the containers and for the sidecars behind it, others for nobody. Source:
/// Kubernetes documentation, "Pod Lifecycle" (Pod termination and sidecar containers).
bool PodWorker::is_its_turn(const Container& container) const {
  if (!container.is_sidecar) return true;
  const auto runs = [](const auto& one) { return one->state == Container::State::kRunning; };
  const auto& inits = runtime_.init_containers;
  const auto own = std::find_if(inits.begin(), inits.end(),
                                [&](const auto& one) { return one.get() == &container; });
  return std::none_of(runtime_.containers.begin(), runtime_.containers.end(), runs) &&
         std::none_of(own + 1, inits.end(),
                      [&](const auto& one) { return one->is_sidecar && runs(one); });
}

}  // namespace inferlab::sim
