// container_hooks.cpp: what the kubelet runs in a container after its start and before its end.
// Source: Kubernetes documentation, "Container Lifecycle Hooks"; texts of kubelet 1.32.
#include <fmt/format.h>

#include <algorithm>
#include <charconv>
#include <utility>

#include "sim/node/pod_worker.h"

namespace inferlab::sim {
namespace {

/// The seconds of a word like "15" or "15s"; 0 for anything else.
std::int64_t seconds_in(std::string_view word) {
  if (word.ends_with('s')) word.remove_suffix(1);
  std::int64_t seconds = 0;
  const auto [end, error] = std::from_chars(word.data(), word.data() + word.size(), seconds);
  const bool is_number = error == std::errc{} && end == word.data() + word.size();
  return is_number && seconds > 0 && seconds < 1'000'000 ? seconds : 0;
}

/// How long a command sleeps, also inside a shell's line: `sleep N`. Anything else is done at once,
/// and well, but for `false` and `exit N`.
std::int64_t slept(const Value& command, bool& failed) {
  std::int64_t total = 0;
  std::string_view before;
  for (const Value& argument : command.items()) {
    std::string_view rest = argument.as_string();
    while (!rest.empty()) {
      const std::size_t end = rest.find_first_of(" ;&");
      const std::string_view word = rest.substr(0, end);
      rest = end == std::string_view::npos ? std::string_view() : rest.substr(end + 1);
      if (word.empty()) continue;
      if (before == "sleep" || before.ends_with("/sleep")) total += seconds_in(word);
      if (word == "false" || (before == "exit" && word != "0")) failed = true;
      before = word;
    }
  }
  return total;
}

}  // namespace

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
  out.takes = seconds_capped(slept(hook["exec"]["command"], out.failed));
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
