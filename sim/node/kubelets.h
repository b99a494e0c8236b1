#pragma once

#include <functional>
#include <map>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "engine/base/result.h"
#include "sim/api/api.h"
#include "sim/node/container_log.h"
#include "sim/node/container_setup.h"
#include "sim/node/file_system_growth.h"
#include "sim/node/files.h"
#include "sim/node/image_registry.h"
#include "sim/node/node_spec.h"
#include "sim/node/volume_contents.h"
#include "sim/node/workload.h"

namespace inferlab::sim {

class Kubelet;
class PodWorker;

/// All nodes of a run. Watches the store for pods bound to one of its nodes.
/// Not thread-safe: lives on the run's thread. Lives as long as the store.
class Kubelets {
 public:
  /// `image_pull_slowdown` multiplies the time of every image pull. `factory` and `telemetry`
  /// outlive the kubelets. Checks: pools name known GPUs (labs/ has said so already).
  Kubelets(Api& api, std::vector<NodePoolSpec> pools, std::vector<GpuSpec> gpus,
           std::vector<ImageSpec> images, WorkloadFactory& factory, Telemetry& telemetry,
           double image_pull_slowdown = 1, const ModelNetworkSpec& network = {});
  ~Kubelets();
  Kubelets(const Kubelets&) = delete;
  Kubelets& operator=(const Kubelets&) = delete;

  /// Registers every node, in the order of pools, and begins to work.
  void start();

  /// Faults. kNotFound: no such node, pod or running container.
  Result<void> node_down(std::string_view node);
  Result<void> node_up(std::string_view node);
  /// Ends the first running container of the pod (or the one named), as a segmentation fault does.
  Result<void> crash_container(std::string_view ns, std::string_view pod,
                               std::string_view container = {});

  /// What `kubectl logs` asks for; `container` may be empty when the pod has one only. Errors carry
  /// the API server's texts: kNotFound (404) and kInvalid (400).
  [[nodiscard]] Result<std::vector<LogLine>> logs(std::string_view ns, std::string_view pod,
                                                  std::string_view container,
                                                  bool previous = false) const;
  /// Adds a line to the log of the pod's container that listens on `port`, if there is one: what a
  /// real engine behind a simulated pod has to say.
  void log_to(std::string_view ns, std::string_view pod, int port, std::string_view line);

  /// The process that listens on `port` in the pod, or nullptr: connection refused. Valid during
  /// the event only.
  [[nodiscard]] Workload* listener(std::string_view ns, std::string_view pod, int port);

  /// Whether a connection to this port of the pod would be accepted now.
  [[nodiscard]] bool listens(std::string_view ns, std::string_view pod, int port) const;
  /// What the container's last run was started with; nullptr when it was never started. Valid
  /// during the event only.
  [[nodiscard]] const ContainerSetup* started(std::string_view ns, std::string_view pod,
                                              std::string_view container) const;

  /// Whether any container of the pod is past its start-up; see Workload::serving().
  [[nodiscard]] bool serving(std::string_view ns, std::string_view pod) const;

  /// kNotFound: no such node; `what` is the fault's name, for the message.
  [[nodiscard]] Result<Kubelet*> faulty(std::string_view what, std::string_view node) const;

  /// What commands of containers have written, on nodes, volumes and snapshots.
  [[nodiscard]] const Files& files() const { return files_; }

  /// In order of registration.
  void for_each(const std::function<void(Kubelet&)>& visit) const {
    for (const auto& kubelet : kubelets_) visit(*kubelet);
  }

  /// nullptr: no such node.
  [[nodiscard]] const NodePoolSpec* pool_of(std::string_view node) const;
  [[nodiscard]] std::vector<std::string> nodes() const;
  [[nodiscard]] bool is_known(std::string_view node) const { return find(node) != nullptr; }
  /// Whether the machine runs; false too when there is no such node.
  [[nodiscard]] bool is_up(std::string_view node) const;

 private:
  [[nodiscard]] Kubelet* find(std::string_view node) const;
  [[nodiscard]] Kubelet* of_pod(std::string_view ns, std::string_view pod) const;
  [[nodiscard]] PodWorker* worker_of(std::string_view ns, std::string_view pod) const;

  Api& api_;
  std::vector<NodePoolSpec> pools_;
  std::vector<GpuSpec> gpus_;
  ImageRegistry registry_;
  ModelNetwork network_;
  Telemetry& telemetry_;
  Files files_;
  std::vector<std::unique_ptr<Kubelet>> kubelets_;  // in order of registration
  std::map<std::string, Kubelet*, std::less<>> by_name_;
  FileSystemGrowth growth_;
  VolumeContents contents_;
};

}  // namespace inferlab::sim
