// What `kubectl describe pod` and `kubectl logs --previous` would show: whoever reads a report in
// CI has no cluster to ask.
#include <fmt/format.h>

#include "labs/checks/trouble.h"
#include "sim/api/conditions.h"
#include "sim/api/views.h"
#include "sim/node/kubelets.h"

namespace inferlab::labs {
namespace {

using sim::Value;

constexpr std::size_t kMostOfMessage = 600;
constexpr std::size_t kMostOfLogLine = 300;

// Whether a run can have ended so because the kubelet stopped it: by SIGTERM, which a server may
// take for a reason to end well, or by SIGKILL.
bool is_end_by_kubelet(const Value& terminated) {
  const std::int64_t code = terminated["exitCode"].as_int();
  const bool fits = code == 0 || code == 128 + 9 || code == 128 + 15;
  return fits && terminated["reason"].as_string() != "OOMKilled";
}

bool is_about_image(std::string_view reason) {
  return reason == "ErrImagePull" || reason == "ImagePullBackOff" || reason == "InvalidImageName" ||
         reason == "ErrImageNeverPull" || reason == "ImageInspectError";
}

class PodTrouble {
 public:
  PodTrouble(const sim::StoredObject& pod, sim::Cluster& run)
      : pod_(pod), document_(pod.document), run_(run) {}

  Trouble find() {
    Trouble out;
    const sim::PodView& view = pod_.view<sim::PodView>();
    if (view.ready) return out;
    out.root = fmt::format("Pod {}/{}", pod_.key.ns, pod_.key.name);
    const Value& status = document_["status"];
    const std::string head =
        fmt::format("Pod {} is {}", pod_.key.name, status["phase"].as_string());
    const Value& scheduled = sim::find_condition(status["conditions"], "PodScheduled");
    if (scheduled["status"].as_string() == "False") {
      out.cause = Cause::kPending;
      out.what = head + ": " + shortened(scheduled["message"].as_string(), kMostOfMessage);
      return out;
    }
    for (const char* list : {"initContainerStatuses", "containerStatuses"}) {
      for (const Value& container : status[list].items()) {
        if (const std::string what = of_container(container, out.cause); !what.empty()) {
          out.what = head + ": " + what;
          return out;
        }
      }
    }
    out.cause = Cause::kNotReady;
    out.what = head + " and not Ready";
    if (!status["reason"].empty()) out.what += ": " + status["reason"].str();
    const std::string why = shortened(last_event("Unhealthy", {}), kMostOfMessage);
    if (!why.empty()) out.what += ": " + why;
    return out;
  }

 private:
  std::string of_container(const Value& status, Cause& cause) const {
    const std::string name = status["name"].str();
    const Value& waiting = status["state"]["waiting"];
    const std::string_view reason = waiting["reason"].as_string();
    if (is_about_image(reason)) {
      cause = Cause::kImage;
      return about_image(name, waiting);
    }
    const Value& now = status["state"]["terminated"];
    const Value& last = now.is_null() ? status["lastState"]["terminated"] : now;
    if (!last.is_null() && !status["ready"].as_bool()) {
      cause = Cause::kCrash;
      return about_crash(name, status, last);
    }
    if (waiting.is_null() || reason == "ContainerCreating" || reason == "PodInitializing")
      return {};
    cause = Cause::kNotReady;
    return fmt::format("container {} is waiting: {}: {}", name, reason,
                       shortened(waiting["message"].as_string(), kMostOfMessage));
  }

  // The message of a back-off repeats that of the pull, and both name the image as it was asked
  // for.
  [[nodiscard]] std::string about_image(const std::string& name, const Value& waiting) const {
    std::string out =
        fmt::format("container {} is waiting: {}: {}", name, waiting["reason"].as_string(),
                    shortened(waiting["message"].as_string(), kMostOfMessage));
    for (const char* list : {"initContainers", "containers"}) {
      for (const Value& container : document_["spec"][list].items()) {
        if (container["name"].as_string() != name) continue;
        const std::string_view image = container["image"].as_string();
        if (out.find(image) == std::string::npos) {
          out += fmt::format(" (image {})", shortened(image, kMostOfLogLine));
        }
      }
    }
    return out;
  }

  [[nodiscard]] std::string about_crash(const std::string& name, const Value& status,
                                        const Value& last) const {
    const std::string_view reason = status["state"]["waiting"]["reason"].as_string();
    std::string out = fmt::format(
        "container {} {}{} restart(s); its last run ended with {} (exit code {})", name,
        reason.empty() ? std::string("has had ") : fmt::format("is waiting: {} after ", reason),
        status["restartCount"].as_int(), last["reason"].as_string(), last["exitCode"].as_int());
    // Whom the kubelet kills for a probe has nothing to say about it in its log.
    const std::string killed = last_event("Killing", fmt::format("ontainer {} failed ", name));
    if (!killed.empty() && is_end_by_kubelet(last)) {
      const bool is_startup = killed.find("startup probe") != std::string::npos;
      const std::string why =
          last_event("Unhealthy", is_startup ? "Startup probe" : "Liveness probe");
      return out + fmt::format(": {}: {}", killed, shortened(why, kMostOfMessage));
    }
    // An object's Events are held back after the first 25 within minutes: that of the killing may
    // be among them, those of the probes before it are not.
    for (const char* probe : {"Startup probe", "Liveness probe"}) {
      const std::string why = last_event("Unhealthy", probe);
      if (why.empty() || !is_end_by_kubelet(last)) continue;
      return out + fmt::format(": {}", shortened(why, kMostOfMessage));
    }
    if (!last["message"].empty()) {
      return out + ": " + shortened(last["message"].as_string(), kMostOfMessage);
    }
    const std::string words = last_words(name, status);
    return words.empty() ? out + "; its log is empty"
                         : out + fmt::format("; its log ends: {}", words);
  }

  // The last line of the run that ended last.
  [[nodiscard]] std::string last_words(const std::string& container, const Value& status) const {
    const bool previous = status["state"]["terminated"].is_null();
    const auto lines = run_.kubelets().logs(pod_.key.ns, pod_.key.name, container, previous);
    if (!lines) return {};
    for (auto line = lines->rbegin(); line != lines->rend(); ++line) {
      if (line->text.find_first_not_of(" \t\r\n") == std::string::npos) continue;
      return shortened(line->text, kMostOfLogLine);
    }
    return {};
  }

  // The newest Event about this Pod of the reason whose message has `words` in it.
  [[nodiscard]] std::string last_event(std::string_view reason, std::string_view words) const {
    std::string newest, message;
    const std::string_view uid = document_["metadata"]["uid"].as_string();
    for (const sim::ObjectPtr& event : run_.store().list("events", pod_.key.ns)) {
      const Value& each = event->document;
      if (each["reason"].as_string() != reason) continue;
      if (each["involvedObject"]["uid"].as_string() != uid) continue;
      if (each["message"].as_string().find(words) == std::string_view::npos) continue;
      // RFC 3339 in UTC: as text, later is greater.
      const std::string at = each["lastTimestamp"].str();
      if (at < newest) continue;
      newest = at;
      message = each["message"].str();
    }
    return message;
  }

  const sim::StoredObject& pod_;
  const Value& document_;
  sim::Cluster& run_;
};

}  // namespace

Trouble pod_trouble(const sim::StoredObject& pod, sim::Cluster& run) {
  return PodTrouble(pod, run).find();
}

}  // namespace inferlab::labs
