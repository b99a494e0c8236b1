// container_hooks.cpp: what the kubelet runs in a container after its start and before its end.
// Source: Kubernetes documentation, "Container Lifecycle Hooks"; texts of kubelet 1.32.
#include <fmt/format.h>

#include <algorithm>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "sim/node/pod_worker.h"
#include "sim/node/shell_run.h"

namespace inferlab::sim {
PodWorker::Hook PodWorker::hook_of(const Container& container, std::string_view name) {
  const Value& hook = container.document["lifecycle"][name];
  if (hook.has("sleep")) {
    return {seconds_capped(std::max<std::int64_t>(0, hook["sleep"]["seconds"].as_int())), false};
  }
  Hook out;
  if (hook.has("httpGet")) {
    const Value& port = hook["httpGet"]["port"];
    const auto named = container.view.ports.find(port.str());
    const int number = port.is_int()                         ? static_cast<int>(port.as_int())
                       : named == container.view.ports.end() ? 0
                                                             : named->second;
    Container* const server = listener(number);
    const HttpAnswer answer =
        server == nullptr ? HttpAnswer{}
                          : server->workload->http_get(number, hook["httpGet"]["path"].str());
    return {answer.latency, !answer.connected || answer.status < 200 || answer.status >= 400};
  }
  std::vector<std::string> command;
  for (const Value& word : hook["exec"]["command"].items()) command.push_back(word.str());
  std::optional<ShellScript> script = ShellScript::of_command(command);
  if (!script) return out;  // what is not carried out is done at once, and well
  ShellRun run(
      std::move(*script),
      {.environment = container.setup ? container.setup->env : decltype(ContainerSetup::env){},
       .hostname = name_,
       .files = container.files});
  if (const auto ended = run.run_to_end(timers_.now())) {
    out = {ended->took, ended->status != 0};
  }
  return out;
}

Duration PodWorker::run_pre_stop(const Container& container) {
  const Hook hook = hook_of(container, "preStop");
  if (hook.failed) record(&container, "Warning", "FailedPreStopHook", "PreStopHook failed");
  return hook.takes;
}

void PodWorker::run_post_start(Container& container) {
  const Hook hook = hook_of(container, "postStart");
  if (hook.takes <= 0s && !hook.failed) {
    began(container);
    return;
  }
  container.in_post_start = true;
  container.busy = true;
  timers_.after(hook.takes, "kubelet/post-start",
                [this, &container, run = container.container_id, failed = hook.failed] {
                  container.busy = false;
                  const bool is_same = container.state == Container::State::kRunning &&
                                       container.container_id == run;
                  if (is_same && !container.stopping) {
                    container.in_post_start = false;
                    if (failed) {
                      record(&container, "Warning", "FailedPostStartHook", "PostStartHook failed");
                      record(&container, "Normal", "Killing", "FailedPostStartHook");
                      stop(container, seconds_capped(pod().termination_grace_period_seconds),
                           /*in_order=*/false);
                    } else {
                      began(container);
                    }
                  }
                  node_.request_sync(ns_, name_);
                });
}

/// The container runs, for all to see: probes begin.
void PodWorker::began(Container& container) {
  for (const auto& [type, probe] : container.probes) {
    probe->set_gate(type == ProbeType::kStartup || !container.probes.contains(ProbeType::kStartup));
    probe->container_started();
  }
  if (!container.probes.contains(ProbeType::kStartup)) set_started(container);
}

}  // namespace inferlab::sim
