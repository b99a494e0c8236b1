#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "engine/base/time.h"
#include "sim/api/views.h"
#include "sim/kernel/simulation.h"
#include "sim/node/gpu_device.h"
#include "sim/node/host_cpu.h"
#include "sim/node/http_client.h"
#include "sim/node/model_storage.h"
#include "sim/node/node_spec.h"
#include "sim/telemetry/telemetry.h"

namespace inferlab::sim {

struct NodeRuntime;
class ContainerFiles;

/// What a process gets from its container. Outlives the workload.
class ContainerHost {
 public:
  virtual ~ContainerHost() = default;
  /// One line on stdout, without the newline.
  virtual void log(std::string_view line) = 0;
  /// The process has ended; the workload does nothing after this call and is destroyed later.
  /// `reason` is containerStatus.state.terminated.reason; empty: "Completed" for 0, else "Error".
  virtual void exit(int code, std::string_view reason, std::string_view message) = 0;
  void exit(int code) { exit(code, {}, {}); }
  /// It takes more of the node than a moment ago: is there enough?
  virtual void use_has_grown() {}
};

/// Everything a workload may know about where it runs. References outlive the workload.
struct WorkloadContext {
  Simulation& simulation;
  ContainerHost& host;
  ModelStorage& model_storage;  // of the node
  const NodePoolSpec& pool;
  const GpuSpec* gpu = nullptr;       // what it was handed, or the pool's; nullptr: none
  std::vector<std::string> gpu_ids;   // handed to this container
  std::vector<GpuDevice*> gpus = {};  // those
  const ImageSpec& image;
  ContainerView container;  // $(VAR) references in command and args are expanded
  std::string ns, pod, node, pod_ip;
  std::string process = {};  // unlike any other on the node; what it holds of GPUs goes by it
  std::function<FilePlace(std::string_view path)> place_of = {};  // of its files; empty: its layer
  /// Has the CPU time up to now booked; see Workload::use_cpu().
  std::function<void()> settle_cpus = {};
  bool driver_is_too_old = false;  // for the image's CUDA
  HttpClient* network = nullptr;   // nullptr: it can call nobody
  NodeRuntime* machine = nullptr;  // for the node's own software alone: device plugin, exporter
  std::shared_ptr<ContainerFiles> files = {};  // that its commands see
};

/// What a client of the container's network sees. Not `connected`: connection refused.
struct HttpAnswer {
  bool connected = false;
  int status = 0;
  Duration latency{};
};

struct GpuUse {
  std::int64_t memory_bytes = 0;  // of each GPU of the container
  Duration busy{};  // since the workload was made; an interval's share is the difference
};

/// What a process has taken of its node's CPUs, and holds of its memory.
struct HostUse {
  Duration cpu{};                 // since the workload was made, of all CPUs together
  std::int64_t memory_bytes = 0;  // working set, at present
  std::int64_t cached_bytes = 0;  // of that, pages of files that the kernel takes back at need
  std::int64_t disk_bytes = 0;    // files that it keeps under disk_path
  std::string disk_path = {};
};

/// Of a process with a CPU limit: CFS periods in which it ran, those in which it had to stand still
/// because its quota was used up, and for how long in all.
struct CfsUse {
  std::int64_t periods = 0, throttled_periods = 0;
  Duration throttled{};
};

/// What runs in a container, from its start to its exit. Owned by the kubelet's container; ends by
/// calling ContainerHost::exit() or by being destroyed (SIGKILL, loss of the node): events that it
/// scheduled must then do nothing (Timers does that).
class Workload {
 public:
  virtual ~Workload() = default;
  virtual void start() = 0;
  /// SIGTERM: may exit at once, later, or never (the kubelet then kills it).
  virtual void terminate() = 0;
  /// SIGKILL, or the node is lost: last words to those who wait for an answer. Destroyed after it.
  virtual void killed() {}

  /// The GPU has failed under it; `cuda_error` is what CUDA says from now on.
  virtual void gpu_failed(std::string_view /*cuda_error*/) {}

  /// The node's kubelet has started anew, which its own plugins must learn.
  virtual void kubelet_restarted() {}

  /// It does what it is there for, on whatever port: its start-up is over, its end has not begun.
  [[nodiscard]] virtual bool serving() const { return false; }
  [[nodiscard]] virtual bool listens_on(int port) const = 0;
  [[nodiscard]] virtual HttpAnswer http_get(int port, std::string_view path) = 0;
  /// The same from inside the pod, where a server that listens on the loopback alone answers too.
  [[nodiscard]] virtual HttpAnswer http_get_inside(int port, std::string_view path) {
    return http_get(port, path);
  }
  /// Appends what /metrics shows; nothing while there is no /metrics.
  virtual void scrape(std::vector<Sample>& /*samples*/) {}
  [[nodiscard]] virtual GpuUse gpu_use() { return {}; }
  [[nodiscard]] virtual HostUse host_use() { return {}; }
  [[nodiscard]] virtual CfsUse cfs_use() { return {}; }

  /// How many CPUs it would keep busy all the time; 0: what it needs comes and goes.
  [[nodiscard]] virtual double busy_cpus() const { return 0; }
  /// It has got so much CPU time since the last call, if it is busy.
  virtual void use_cpu(Duration /*time*/) {}
  /// What CPU it can have from now on. Not before start().
  virtual void set_cpu(const HostCpu& /*cpu*/) {}
};

/// Makes the workload of a container from its image's behaviour. Outlives the kubelets.
class WorkloadFactory {
 public:
  virtual ~WorkloadFactory() = default;
  virtual std::unique_ptr<Workload> make(WorkloadContext context) = 0;
};

}  // namespace inferlab::sim
