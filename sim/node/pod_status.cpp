#include "sim/node/pod_status.h"

#include <fmt/format.h>

#include <algorithm>
#include <iterator>
#include <optional>
#include <utility>

#include "sim/api/conditions.h"

namespace inferlab::sim {
namespace {

Value time_value(Time time) {
  return format_rfc3339(time);
}

Value terminated_value(const Termination& end) {
  Value value = Value::object({{"containerID", end.container_id},
                               {"exitCode", end.exit_code},
                               {"finishedAt", time_value(end.finished)},
                               {"reason", end.reason},
                               {"startedAt", time_value(end.started)}});
  if (!end.message.empty()) value = value.with("message", end.message);
  return Value::object({{"terminated", value}});
}

Value state_value(const Container& container, std::string_view default_waiting_reason) {
  switch (container.state) {
    case Container::State::kRunning:
      if (container.in_post_start) break;
      return Value::object(
          {{"running", Value::object({{"startedAt", time_value(container.started_at)}})}});
    case Container::State::kTerminated:
      return terminated_value(*container.terminated);
    case Container::State::kWaiting:
      break;
  }
  const std::string_view reason = container.waiting_reason.empty()
                                      ? default_waiting_reason
                                      : std::string_view(container.waiting_reason);
  Value waiting = Value::object({{"reason", reason}});
  if (!container.waiting_message.empty()) {
    waiting = waiting.with("message", container.waiting_message);
  }
  return Value::object({{"waiting", waiting}});
}

bool is_ready(const Container& container) {
  if (container.is_init && !container.is_sidecar) {
    return container.state == Container::State::kTerminated && container.terminated->exit_code == 0;
  }
  if (container.state != Container::State::kRunning || !container.started) return false;
  const auto probe = container.probes.find(ProbeType::kReadiness);
  return probe == container.probes.end() || probe->second->succeeded();
}

/// How the last run of a container that does not run ended, as far as the kubelet shows.
const std::optional<Termination>& last_end(const Container& container) {
  return container.in_post_start ? container.previous : container.terminated;
}

Value last_state_value(const Container& container) {
  const std::optional<Termination>& last =
      container.state == Container::State::kWaiting ? container.terminated : container.previous;
  return last ? terminated_value(*last) : Value::object();
}

/// The runtime of these nodes makes no mount read-only below its first level.
Value volume_mounts(const Container& container) {
  Value::Array items;
  for (const Value& mount : container.document["volumeMounts"].items()) {
    Value item = Value::object({{"mountPath", mount["mountPath"]}, {"name", mount["name"]}});
    if (mount["readOnly"].as_bool()) {
      item = item.with("readOnly", true).with("recursiveReadOnly", "Disabled");
    }
    items.push_back(std::move(item));
  }
  return Value::array(std::move(items));
}

Value container_status(const Container& container, std::string_view default_waiting_reason) {
  Value status = Value::object({{"image", container.view.image},
                                {"imageID", container.image_id},
                                {"lastState", last_state_value(container)},
                                {"name", container.view.name},
                                {"ready", is_ready(container)},
                                {"restartCount", container.restart_count},
                                {"started", container.started},
                                {"state", state_value(container, default_waiting_reason)}});
  if (!container.container_id.empty()) status = status.with("containerID", container.container_id);
  const Value mounts = volume_mounts(container);
  return mounts.empty() ? status : status.with("volumeMounts", mounts);
}

struct Condition {
  std::string type;
  bool status;
  std::string reason, message;
};

/// "[a b]", as Go prints a list of strings.
std::string bracketed(const std::vector<std::string>& names) {
  return fmt::format("[{}]", fmt::join(names, " "));
}

/// An init container that has done its part: it has ended well or, as a sidecar, started.
bool is_complete(const Container& container) {
  return container.is_sidecar ? container.started : is_ready(container);
}

Condition initialized(const PodRuntime& pod, std::string_view phase) {
  std::vector<std::string> incomplete;
  for (const auto& container : pod.init_containers) {
    // A sidecar that is being restarted does not take a pod's initialization back.
    if (!pod.initialized && !is_complete(*container)) incomplete.push_back(container->view.name);
  }
  if (!pod.failed_reason.empty()) return {"Initialized", incomplete.empty(), "PodFailed", ""};
  if (phase == "Succeeded") return {"Initialized", true, "PodCompleted", ""};
  if (incomplete.empty()) return {"Initialized", true, "", ""};
  return {"Initialized", false, "ContainersNotInitialized",
          "containers with incomplete status: " + bracketed(incomplete)};
}

Condition readiness(std::string type, const PodRuntime& pod, std::string_view phase) {
  if (phase == "Succeeded") return {std::move(type), false, "PodCompleted", ""};
  if (phase == "Failed") return {std::move(type), false, "PodFailed", ""};
  std::vector<std::string> unready;
  for (const auto& container : pod.init_containers) {
    if (container->is_sidecar && !is_ready(*container)) unready.push_back(container->view.name);
  }
  for (const auto& container : pod.containers) {
    if (!is_ready(*container)) unready.push_back(container->view.name);
  }
  if (unready.empty()) return {std::move(type), true, "", ""};
  return {std::move(type), false, "ContainersNotReady",
          "containers with unready status: " + bracketed(unready)};
}

Value condition_value(const Condition& condition, const Value& old, Time now) {
  const std::string_view status = condition.status ? "True" : "False";
  const Value& before = find_condition(old, condition.type);
  const bool is_same = before["status"].as_string() == status;
  Value item = Value::object(
      {{"lastProbeTime", nullptr},
       {"lastTransitionTime", is_same ? before["lastTransitionTime"] : time_value(now)},
       {"status", status},
       {"type", condition.type}});
  if (!condition.reason.empty()) item = item.with("reason", condition.reason);
  if (!condition.message.empty()) item = item.with("message", condition.message);
  return item;
}

constexpr std::string_view kOurs[] = {"PodReadyToStartContainers", "Initialized", "Ready",
                                      "ContainersReady", "PodScheduled"};

/// Conditions that the kubelet leaves to others: they come first.
Value foreign_conditions(const Value& old) {
  Value::Array items;
  for (const Value& condition : old.items()) {
    const std::string_view type = condition["type"].as_string();
    if (std::find(std::begin(kOurs), std::end(kOurs), type) == std::end(kOurs)) {
      items.push_back(condition);
    }
  }
  return Value::array(std::move(items));
}

Value conditions_value(const PodRuntime& pod, const Value& old, std::string_view phase, Time now) {
  Value conditions = foreign_conditions(old);
  if (!pod.disruption_message.empty()) {
    // Source: Kubernetes documentation, "Disruptions", "Pod disruption conditions".
    const Condition disrupted{"DisruptionTarget", true, "TerminationByKubelet",
                              pod.disruption_message};
    conditions = set_condition(conditions, condition_value(disrupted, old, now));
  }
  Value::Array items = conditions.items();
  for (const Condition& condition :
       {Condition{"PodReadyToStartContainers", pod.sandbox_ready, "", ""}, initialized(pod, phase),
        readiness("Ready", pod, phase), readiness("ContainersReady", pod, phase),
        Condition{"PodScheduled", true, "", ""}}) {
    items.push_back(condition_value(condition, old, now));
  }
  return Value::array(std::move(items));
}

/// A pod that was refused never had anything that the kubelet could tell of.
Value refused_status(const PodRuntime& pod, const Value& old) {
  const Value status = Value::object({{"message", pod.failed_message},
                                      {"phase", "Failed"},
                                      {"qosClass", qos_class_of(pod)},
                                      {"reason", pod.failed_reason},
                                      {"startTime", time_value(pod.start_time)}});
  const Value conditions = foreign_conditions(old["conditions"]);
  return conditions.empty() ? status : status.with("conditions", conditions);
}

}  // namespace

bool restarts(std::string_view restart_policy, const Termination& termination) {
  if (restart_policy == "Never") return false;
  return restart_policy != "OnFailure" || termination.exit_code != 0;
}

bool any_running(const PodRuntime& pod) {
  const auto runs = [](const auto& one) { return one->state == Container::State::kRunning; };
  return std::any_of(pod.init_containers.begin(), pod.init_containers.end(), runs) ||
         std::any_of(pod.containers.begin(), pod.containers.end(), runs);
}

std::string_view phase_of(const PodRuntime& pod) {
  // A phase that is final waits for the last process.
  if (!pod.failed_reason.empty() && !(pod.evicted && any_running(pod))) return "Failed";
  for (const auto& container : pod.init_containers) {
    const bool has_failed = !container->is_sidecar && !is_complete(*container) &&
                            container->state == Container::State::kTerminated;
    if (has_failed && !pod.initialized && pod.restart_policy == "Never") return "Failed";
  }
  for (const auto& container : pod.init_containers) {
    if (!pod.initialized && !is_complete(*container)) return "Pending";
  }
  int running = 0;
  for (const auto& container : pod.init_containers) {
    // How a sidecar ended says nothing of how the pod did.
    if (container->is_sidecar && container->state == Container::State::kRunning) ++running;
  }
  int waiting = 0;
  int stopped = 0;
  int succeeded = 0;
  for (const auto& container : pod.containers) {
    if (container->state == Container::State::kRunning && !container->in_post_start) {
      ++running;
    } else if (const auto& last = last_end(*container)) {
      ++stopped;  // also while it waits to be restarted
      if (last->exit_code == 0) ++succeeded;
    } else {
      ++waiting;
    }
  }
  if (waiting > 0) return "Pending";
  if (running > 0 || pod.restart_policy == "Always") return "Running";
  if (stopped == succeeded) return "Succeeded";
  return pod.restart_policy == "Never" ? "Failed" : "Running";
}

std::string_view qos_class_of(const PodRuntime& pod) {
  bool is_guaranteed = true;
  bool is_best_effort = true;
  const auto look_at = [&](const Container& container) {
    for (const std::string_view name : {"cpu", "memory"}) {
      const auto request = container.view.requests.find(name);
      const auto limit = container.view.limits.find(name);
      const bool has_request = request != container.view.requests.end();
      const bool has_limit = limit != container.view.limits.end();
      if (has_request || has_limit) is_best_effort = false;
      if (!has_limit || !has_request || request->second != limit->second) is_guaranteed = false;
    }
  };
  for (const auto& container : pod.init_containers) look_at(*container);
  for (const auto& container : pod.containers) look_at(*container);
  if (is_best_effort) return "BestEffort";
  return is_guaranteed ? "Guaranteed" : "Burstable";
}

Value build_pod_status(const PodRuntime& pod, const Value& old, Time now) {
  if (!pod.failed_reason.empty() && !pod.evicted) return refused_status(pod, old);
  const std::string_view phase = phase_of(pod);
  const bool waits_for_init = !pod.init_containers.empty();
  Value::Array init_statuses;
  for (const auto& container : pod.init_containers) {
    init_statuses.push_back(container_status(*container, "PodInitializing"));
  }
  Value::Array statuses;
  for (const auto& container : pod.containers) {
    statuses.push_back(
        container_status(*container, waits_for_init ? "PodInitializing" : "ContainerCreating"));
  }
  Value::Object members{{"conditions", conditions_value(pod, old["conditions"], phase, now)},
                        {"hostIP", pod.host_ip},
                        {"hostIPs", Value::array({Value::object({{"ip", pod.host_ip}})})},
                        {"phase", phase},
                        {"qosClass", qos_class_of(pod)},
                        {"startTime", time_value(pod.start_time)},
                        {"containerStatuses", Value::array(std::move(statuses))}};
  if (!init_statuses.empty()) {
    members.push_back({"initContainerStatuses", Value::array(std::move(init_statuses))});
  }
  if (!pod.failed_reason.empty() && phase == "Failed") {
    members.push_back({"reason", pod.failed_reason});
    members.push_back({"message", pod.failed_message});
  }
  if (!pod.pod_ip.empty()) {
    members.push_back({"podIP", pod.pod_ip});
    members.push_back({"podIPs", Value::array({Value::object({{"ip", pod.pod_ip}})})});
  }
  return Value::object(std::move(members));
}

}  // namespace inferlab::sim
