#include "sim/gitops/health.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>

namespace inferlab::sim {
namespace {

constexpr std::array<std::string_view, 6> kOrder = {"Healthy", "Suspended", "Progressing",
                                                    "Missing", "Degraded",  "Unknown"};

ObjectHealth healthy() {
  return {"Healthy"};
}
ObjectHealth progressing(std::string message = {}) {
  return {"Progressing", std::move(message)};
}
ObjectHealth degraded(std::string message = {}) {
  return {"Degraded", std::move(message)};
}

const Value& condition_of(const Value& object, std::string_view type) {
  static const Value kNone;
  for (const Value& condition : object["status"]["conditions"].items()) {
    if (condition["type"].as_string() == type) return condition;
  }
  return kNone;
}

bool is_observed(const Value& object) {
  return object["metadata"]["generation"].as_int() <=
         object["status"]["observedGeneration"].as_int();
}

ObjectHealth deployment(const Value& object) {
  const Value &spec = object["spec"], &status = object["status"];
  if (spec["paused"].as_bool()) return {"Suspended", "Deployment is paused"};
  constexpr std::string_view kWaiting = "Waiting for rollout to finish: ";
  if (!is_observed(object)) {
    return progressing(std::string(kWaiting) +
                       "observed deployment generation less than desired generation");
  }
  if (condition_of(object, "Progressing")["reason"].as_string() == "ProgressDeadlineExceeded") {
    return degraded(fmt::format("Deployment \"{}\" exceeded its progress deadline",
                                object["metadata"]["name"].as_string()));
  }
  const std::int64_t updated = status["updatedReplicas"].as_int();
  const std::int64_t all = status["replicas"].as_int();
  const std::int64_t available = status["availableReplicas"].as_int();
  if (updated < spec["replicas"].as_int()) {
    return progressing(fmt::format("{}{} out of {} new replicas have been updated...", kWaiting,
                                   updated, spec["replicas"].as_int()));
  }
  if (all > updated) {
    return progressing(
        fmt::format("{}{} old replicas are pending termination...", kWaiting, all - updated));
  }
  if (available < updated) {
    return progressing(
        fmt::format("{}{} of {} updated replicas are available...", kWaiting, available, updated));
  }
  return healthy();
}

ObjectHealth stateful_set(const Value& object) {
  const Value &spec = object["spec"], &status = object["status"];
  if (status["observedGeneration"].as_int() == 0 || !is_observed(object)) {
    return progressing("Waiting for statefulset spec update to be observed...");
  }
  const std::int64_t replicas = spec["replicas"].as_int();
  const std::int64_t ready = status["readyReplicas"].as_int();
  if (ready < replicas) {
    return progressing(fmt::format("Waiting for {} pods to be ready...", replicas - ready));
  }
  const Value& strategy = spec["updateStrategy"];
  const std::int64_t updated = status["updatedReplicas"].as_int();
  if (strategy["type"].as_string() == "RollingUpdate" && strategy["rollingUpdate"].is_object()) {
    const std::int64_t wanted = replicas - strategy["rollingUpdate"]["partition"].as_int();
    if (updated < wanted) {
      return progressing(fmt::format(
          "Waiting for partitioned roll out to finish: {} out of {} new pods have been updated...",
          updated, wanted));
    }
    return {
        "Healthy",
        fmt::format("partitioned roll out complete: {} new pods have been updated...", updated)};
  }
  if (strategy["type"].as_string() == "OnDelete") {
    return {"Healthy", fmt::format("statefulset has {} ready pods", ready)};
  }
  if (status["updateRevision"] != status["currentRevision"]) {
    return progressing(
        fmt::format("waiting for statefulset rolling update to complete {} pods at revision {}...",
                    updated, status["updateRevision"].as_string()));
  }
  return healthy();
}

ObjectHealth daemon_set(const Value& object) {
  const Value& status = object["status"];
  if (!is_observed(object)) {
    return progressing(
        "Waiting for rollout to finish: observed daemon set generation less than desired "
        "generation");
  }
  const std::int64_t updated = status["updatedNumberScheduled"].as_int();
  const std::int64_t desired = status["desiredNumberScheduled"].as_int();
  const std::int64_t available = status["numberAvailable"].as_int();
  if (object["spec"]["updateStrategy"]["type"].as_string() == "OnDelete") {
    return {"Healthy",
            fmt::format("daemon set {} out of {} new pods have been updated", updated, desired)};
  }
  const std::string intro = fmt::format("Waiting for daemon set \"{}\" rollout to finish: ",
                                        object["metadata"]["name"].as_string());
  if (updated < desired) {
    return progressing(
        fmt::format("{}{} out of {} new pods have been updated...", intro, updated, desired));
  }
  if (available < desired) {
    return progressing(
        fmt::format("{}{} of {} updated pods are available...", intro, available, desired));
  }
  return healthy();
}

ObjectHealth job(const Value& object) {
  const auto is_true = [&](std::string_view type) {
    return condition_of(object, type)["status"].as_string() == "True";
  };
  if (is_true("Failed")) return degraded(condition_of(object, "Failed")["message"].str());
  if (is_true("Complete")) return {"Healthy", condition_of(object, "Complete")["message"].str()};
  if (is_true("Suspended"))
    return {"Suspended", condition_of(object, "Suspended")["message"].str()};
  return progressing();
}

bool is_error(std::string_view reason) {
  return reason.starts_with("Err") || reason.ends_with("Error") || reason.ends_with("BackOff");
}

ObjectHealth pod(const Value& object) {
  const Value& status = object["status"];
  const bool restarts = object["spec"]["restartPolicy"].as_string() == "Always";
  const std::string_view phase = status["phase"].as_string();
  const std::string message = status["message"].str();
  for (const Value& container : status["containerStatuses"].items()) {
    const Value& waiting = container["state"]["waiting"];
    if (restarts && is_error(waiting["reason"].as_string())) {
      return degraded(waiting["message"].str());
    }
  }
  if (phase == "Pending") return progressing(message);
  if (phase == "Succeeded") return {"Healthy", message};
  if (phase == "Failed") return degraded(message);
  if (phase != "Running") return {"Unknown", message};
  if (!restarts) return progressing(message);
  if (condition_of(object, "Ready")["status"].as_string() == "True") return {"Healthy", message};
  for (const Value& container : status["containerStatuses"].items()) {
    if (container["lastState"].has("terminated")) return degraded(message);
  }
  return progressing(message);
}

ObjectHealth claim(const Value& object) {
  const std::string_view phase = object["status"]["phase"].as_string();
  return {phase == "Bound"     ? "Healthy"
          : phase == "Pending" ? "Progressing"
          : phase == "Lost"    ? "Degraded"
                               : "Unknown"};
}

ObjectHealth balanced(const Value& object) {
  const bool is_balanced = !object["status"]["loadBalancer"]["ingress"].empty();
  return {is_balanced ? "Healthy" : "Progressing"};
}

ObjectHealth service(const Value& object) {
  return object["spec"]["type"].as_string() == "LoadBalancer" ? balanced(object) : healthy();
}

ObjectHealth autoscaler(const Value& object) {
  constexpr std::array<std::string_view, 8> kBad = {"FailedGetScale",
                                                    "FailedUpdateScale",
                                                    "FailedGetResourceMetric",
                                                    "FailedGetObjectMetric",
                                                    "FailedGetPodsMetric",
                                                    "FailedGetExternalMetric",
                                                    "FailedComputeMetricsReplicas",
                                                    "InvalidSelector"};
  for (const Value& condition : object["status"]["conditions"].items()) {
    if (std::find(kBad.begin(), kBad.end(), condition["reason"].as_string()) != kBad.end()) {
      return degraded(condition["message"].str());
    }
  }
  for (const Value& condition : object["status"]["conditions"].items()) {
    const std::string_view type = condition["type"].as_string();
    if ((type == "AbleToScale" || type == "ScalingLimited") &&
        condition["status"].as_string() == "True") {
      return {"Healthy", condition["message"].str()};
    }
  }
  return progressing("Waiting to Autoscale");
}

struct Row {
  std::string_view group, kind;
  ObjectHealth (*health)(const Value& object);
};
constexpr Row kRows[] = {
    {"", "PersistentVolumeClaim", claim},
    {"", "Pod", pod},
    {"", "Service", service},
    {"apps", "DaemonSet", daemon_set},
    {"apps", "Deployment", deployment},
    {"apps", "StatefulSet", stateful_set},
    {"autoscaling", "HorizontalPodAutoscaler", autoscaler},
    {"batch", "Job", job},
    {"networking.k8s.io", "Ingress", balanced},
};

}  // namespace

std::optional<ObjectHealth> health_of(const Value& object) {
  if (object["metadata"].has("deletionTimestamp")) return progressing("Pending deletion");
  const std::string_view version = object["apiVersion"].as_string();
  const std::size_t slash = version.find('/');
  const std::string_view group =
      slash == std::string_view::npos ? std::string_view() : version.substr(0, slash);
  for (const Row& row : kRows) {
    if (row.group == group && row.kind == object["kind"].as_string()) return row.health(object);
  }
  return std::nullopt;
}

bool is_worse_health(std::string_view status, std::string_view than) {
  const auto rank = [](std::string_view word) {
    return std::find(kOrder.begin(), kOrder.end(), word) - kOrder.begin();
  };
  return rank(status) > rank(than);
}

}  // namespace inferlab::sim
