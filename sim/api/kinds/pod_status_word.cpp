#include "sim/api/kinds/pod_status_word.h"

#include <optional>

#include "sim/api/kinds/age.h"

namespace inferlab::sim {
namespace {

const Value* condition(const Value& pod, std::string_view type) {
  for (const Value& one : pod["status"]["conditions"].items()) {
    if (one["type"].as_string() == type) return &one;
  }
  return nullptr;
}

const Value& init_container(const Value& pod, std::string_view name) {
  static const Value kNone;
  for (const Value& container : pod["spec"]["initContainers"].items()) {
    if (container["name"].as_string() == name) return container;
  }
  return kNone;
}

bool is_sidecar(const Value& container) {
  return container["restartPolicy"].as_string() == "Always";
}

// "ExitCode:1", "Signal:9", or the reason the runtime gave.
std::string end_of(const Value& terminated) {
  if (!terminated["reason"].empty()) return terminated["reason"].str();
  if (terminated["signal"].as_int() != 0) {
    return "Signal:" + std::to_string(terminated["signal"].as_int());
  }
  return "ExitCode:" + std::to_string(terminated["exitCode"].as_int());
}

struct Restarts {
  std::int64_t count = 0;
  std::optional<Time> last;

  void add(const Value& status) {
    count += status["restartCount"].as_int();
    const auto ended = parse_rfc3339(status["lastState"]["terminated"]["finishedAt"].as_string());
    if (ended && (!last || *ended > *last)) last = ended;
  }
  [[nodiscard]] std::string text(Time now) const {
    if (count == 0 || !last) return std::to_string(count);
    return std::to_string(count) + " (" + human_duration(now - *last) + " ago)";
  }
};

// The word while init containers run; nullopt once they are done.
std::optional<std::string> init_status(const Value& pod, PodSummary& out, Restarts& sidecars,
                                       Restarts& all) {
  const Value& statuses = pod["status"]["initContainerStatuses"];
  const std::size_t declared = pod["spec"]["initContainers"].size();
  std::optional<std::string> word;
  std::size_t index = 0;
  for (const Value& status : statuses.items()) {
    const std::size_t at = index++;
    const Value& state = status["state"];
    const bool sidecar = is_sidecar(init_container(pod, status["name"].as_string()));
    all.add(status);
    if (sidecar) sidecars.add(status);
    if (word) continue;
    if (state.has("terminated") && state["terminated"]["exitCode"].as_int() == 0) continue;
    if (sidecar && status["started"].as_bool()) {
      if (status["ready"].as_bool()) ++out.ready;
      continue;
    }
    const Value& waiting = state["waiting"]["reason"];
    if (state.has("terminated")) {
      word = "Init:" + end_of(state["terminated"]);
    } else if (!waiting.empty() && waiting.as_string() != "PodInitializing") {
      word = "Init:" + waiting.str();
    } else {
      word = "Init:" + std::to_string(at) + "/" + std::to_string(declared);
    }
  }
  return word;
}

}  // namespace

PodSummary summarize_pod(const Value& pod, Time now) {
  const Value& spec = pod["spec"];
  const Value& status = pod["status"];
  PodSummary out;
  out.total = static_cast<std::int64_t>(spec["containers"].size());
  for (const Value& container : spec["initContainers"].items()) {
    if (is_sidecar(container)) ++out.total;
  }
  out.status = status["reason"].empty() ? status["phase"].str() : status["reason"].str();
  const Value* scheduled = condition(pod, "PodScheduled");
  if (scheduled != nullptr && (*scheduled)["reason"].as_string() == "SchedulingGated") {
    out.status = "SchedulingGated";
  }
  Restarts sidecars;
  Restarts init;
  const auto initializing = init_status(pod, out, sidecars, init);
  const Value* initialized = condition(pod, "Initialized");
  const bool initialized_now =
      initialized != nullptr && (*initialized)["status"].as_string() == "True";
  Restarts restarts = init;
  if (initializing) out.status = *initializing;
  if (!initializing || initialized_now) {
    restarts = sidecars;
    bool running = false;
    const Value::Array& containers = status["containerStatuses"].items();
    for (auto it = containers.rbegin(); it != containers.rend(); ++it) {
      const Value& state = (*it)["state"];
      restarts.add(*it);
      if (!state["waiting"]["reason"].empty()) {
        out.status = state["waiting"]["reason"].str();
      } else if (state.has("terminated")) {
        out.status = end_of(state["terminated"]);
      } else if ((*it)["ready"].as_bool() && state.has("running")) {
        running = true;
        ++out.ready;
      }
    }
    if (out.status == "Completed" && running) {
      const Value* ready = condition(pod, "Ready");
      out.status =
          ready != nullptr && (*ready)["status"].as_string() == "True" ? "Running" : "NotReady";
    }
  }
  out.restarts = restarts.text(now);
  if (pod["metadata"].has("deletionTimestamp")) {
    const std::string_view phase = status["phase"].as_string();
    if (status["reason"].as_string() == "NodeLost") {
      out.status = "Unknown";
    } else if (phase != "Failed" && phase != "Succeeded") {
      out.status = "Terminating";
    }
  }
  return out;
}

}  // namespace inferlab::sim
