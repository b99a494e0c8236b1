#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "engine/base/time.h"
#include "sim/api/quantity.h"
#include "sim/api/selector.h"
#include "sim/api/store.h"
#include "sim/api/value.h"

namespace inferlab::sim {

// Typed views of documents that were validated and defaulted by Api: what hot paths (scheduler,
// kubelet, controllers) read. Parsed once per version by StoredObject::view<T>(). Fields are named
// after the API's; see the Kubernetes API reference for their meaning.

using Resources =
    std::map<std::string, Quantity, std::less<>>;  // "cpu", "memory", "nvidia.com/gpu"
Resources resources_from(const Value& map);

struct OwnerReference {
  std::string api_version, kind, name, uid;
  bool controller = false;
};

struct MetaView {
  explicit MetaView(const Value& metadata);
  std::string name, ns, uid;
  std::uint64_t resource_version = 0;
  std::int64_t generation = 0;
  Labels labels, annotations;
  std::vector<OwnerReference> owners;
  Time created{};
  std::optional<Time> deletion_timestamp;
  std::optional<std::int64_t> deletion_grace_period_seconds;
  std::vector<std::string> finalizers;
  /// The owner with controller: true, or nullptr.
  [[nodiscard]] const OwnerReference* controller() const;
};

enum class TaintEffect : std::uint8_t { kNoSchedule, kPreferNoSchedule, kNoExecute };
std::string_view to_string(TaintEffect effect);

struct Taint {
  std::string key, value;
  TaintEffect effect = TaintEffect::kNoSchedule;
};

struct Toleration {
  std::string key;      // empty with Exists: tolerates every taint
  bool exists = false;  // operator Exists; else Equal
  std::string value;
  std::optional<TaintEffect> effect;  // none: all effects
  std::optional<std::int64_t> toleration_seconds;
  [[nodiscard]] bool tolerates(const Taint& taint) const;
};

struct HttpGetAction {
  std::string path, scheme;  // "HTTP" or "HTTPS"
  int port = 0;  // a named port is already resolved against the container's ports; 0 if unknown
};

struct ProbeView {
  enum class Action : std::uint8_t { kHttpGet, kTcpSocket, kExec, kGrpc };
  Action action = Action::kHttpGet;
  HttpGetAction http;  // port also of tcpSocket and grpc
  std::vector<std::string> command;
  Duration initial_delay{}, timeout{1s}, period{10s};
  int success_threshold = 1, failure_threshold = 3;
};

struct ContainerView {
  std::string name, image, image_pull_policy;
  std::vector<std::string> command, args;
  std::map<std::string, std::string> env;  // plain values only; $(VAR) references not expanded
  Resources requests, limits;              // requests are already defaulted from limits
  std::map<std::string, int> ports;        // named containerPorts
  std::vector<int> container_ports;
  std::optional<ProbeView> startup_probe, readiness_probe, liveness_probe;
};

struct NodeSelectorTerm {
  LabelSelector expressions;  // over labels
  LabelSelector fields;       // over metadata.name
};

struct PodView {
  explicit PodView(const StoredObject& object);
  MetaView meta;
  std::string node_name, scheduler_name, restart_policy, phase, priority_class_name,
      service_account;
  std::int64_t priority = 0;
  std::int64_t termination_grace_period_seconds = 30;
  std::map<std::string, std::string> node_selector;
  /// requiredDuringSchedulingIgnoredDuringExecution; terms are alternatives. nullopt: none stated.
  std::optional<std::vector<NodeSelectorTerm>> required_node_affinity;
  std::vector<Toleration> tolerations;
  std::vector<ContainerView> init_containers, containers;
  Resources requests;  // effective: max(sum of containers, each init container) + overhead
  std::vector<std::string> scheduling_gates;
  bool ready = false;  // condition Ready is True
  std::string pod_ip, nominated_node_name;
  [[nodiscard]] bool terminal() const { return phase == "Succeeded" || phase == "Failed"; }
};

struct NodeView {
  explicit NodeView(const StoredObject& object);
  MetaView meta;
  bool unschedulable = false, ready = false;
  std::vector<Taint> taints;
  Resources capacity, allocatable;
};

struct DeploymentView {
  explicit DeploymentView(const StoredObject& object);
  MetaView meta;
  std::int64_t replicas = 1, min_ready_seconds = 0, revision_history_limit = 10;
  std::int64_t progress_deadline_seconds = 600;
  LabelSelector selector;
  bool paused = false, recreate = false;
  Value max_surge, max_unavailable;  // int or "25%"
  Value pod_template;                // spec.template
};

struct ReplicaSetView {
  explicit ReplicaSetView(const StoredObject& object);
  MetaView meta;
  std::int64_t replicas = 1, min_ready_seconds = 0;
  LabelSelector selector;
  Value pod_template;
  std::int64_t status_replicas = 0, status_ready_replicas = 0, status_available_replicas = 0;
};

struct ServicePort {
  std::string name, protocol;
  int port = 0;
  Value target_port;  // int or name; null: same as port
};

struct ServiceView {
  explicit ServiceView(const StoredObject& object);
  MetaView meta;
  std::string type, cluster_ip;
  Value selector;  // null: no endpoints are made for it
  std::vector<ServicePort> ports;
  bool publish_not_ready_addresses = false;
};

}  // namespace inferlab::sim
