#pragma once

#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "sim/api/value.h"
#include "sim/node/container.h"

namespace inferlab::sim {

/// What the kubelet knows of one pod, for its status.
struct PodRuntime {
  std::string restart_policy;
  std::vector<std::unique_ptr<Container>> init_containers, containers;
  Time start_time{};
  std::string host_ip, pod_ip;
  bool sandbox_ready = false;
  bool initialized = false;  // in this sandbox: every init container has done its part
  /// Set when the kubelet refused or ended the pod as a whole: phase Failed with these.
  std::string failed_reason, failed_message;
  bool evicted = false;            // it ran before: Failed once nothing runs any more
  std::string disruption_message;  // of condition DisruptionTarget
};

/// Whether a process of the pod runs.
bool any_running(const PodRuntime& pod);

/// status.phase. Source: Kubernetes documentation, "Pod Lifecycle", and the kubelet's getPhase().
std::string_view phase_of(const PodRuntime& pod);

/// Whether a container that has ended is run again. Source: "Pod Lifecycle", restartPolicy.
bool restarts(std::string_view restart_policy, const Termination& termination);

/// status.qosClass. Source: Kubernetes documentation, "Pod Quality of Service Classes".
std::string_view qos_class_of(const PodRuntime& pod);

/// The whole status document as the kubelet of Kubernetes 1.32 writes it. Conditions of `old` keep
/// their lastTransitionTime while their status is the same, and those that are not the kubelet's
/// stay as they are.
Value build_pod_status(const PodRuntime& pod, const Value& old, Time now);

}  // namespace inferlab::sim
