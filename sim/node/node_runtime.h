#pragma once

#include <functional>
#include <map>
#include <set>
#include <string>
#include <string_view>
#include <vector>

#include "sim/api/api.h"
#include "sim/api/event_recorder.h"
#include "sim/node/cpu_manager.h"
#include "sim/node/files.h"
#include "sim/node/gpu_set.h"
#include "sim/node/image_puller.h"
#include "sim/node/workload.h"

namespace inferlab::sim {

/// What the pods of one node share. Owned by its Kubelet; outlives the pods.
struct NodeRuntime {
  Api& api;
  Telemetry& telemetry;
  WorkloadFactory& workloads;
  const NodePoolSpec& pool;
  const GpuSpec* gpu;  // nullptr: none
  std::string name;    // "gpu-0"
  std::string ip;
  int index;  // of the node in the run: decides its addresses
  EventRecorder recorder;
  ImagePuller images;
  ModelStorage model_storage;
  Files& files;  // of the run
  GpuSet gpus;
  CpuManager cpus;
  /// Pods at which the Topology Manager has looked, and those of them that it has refused.
  std::int64_t topology_requests = 0, topology_errors = 0;
  Rng& ids;     // container ids
  Rng& jitter;  // of first probes after a start of the kubelet
  Time kubelet_started{};
  std::set<int> used_addresses = {};  // last parts of pod IPs
  int last_address = 1;               // the last one given
  /// Has the pod synced soon, after the handler under way.
  std::function<void(const std::string& ns, const std::string& pod)> request_sync = {};
  /// Whether a write to the store is our own: its echo needs no sync.
  bool writing = false;
  /// Volumes that are attached to the node for its pods, or about to be, and the pods' uids.
  std::map<std::string, std::set<std::string>> volumes_in_use = {};
  /// Has that written into the Node's status.
  std::function<void()> report_volumes = {};
  /// See cpu_sharing.h: the time up to now is booked; processes learn what CPU they can have.
  std::function<void()> settle_cpus = {}, share_cpus = {};
  Time cpus_settled = {};
  /// Has the kernel look at the node's memory, after the handler under way.
  std::function<void()> check_memory = {};
  /// Conditions that the eviction manager has set, "MemoryPressure".
  std::set<std::string_view> pressure = {};
  /// What something outside of all Pods takes.
  std::int64_t other_memory_bytes = 0, other_disk_bytes = 0;
  /// Processes on the node that show its GPUs' metrics.
  std::set<std::string> dcgm_exporters = {};
  bool image_gc_failed = false;  // last time
  bool status_changed = false;   // the next heartbeat writes it

  void use_volumes(const std::vector<std::string>& volumes, const std::string& pod_uid);
  void release_volumes(const std::string& pod_uid);

  /// The next free address of the node's pod CIDR, "10.244.3.17"; empty when all are taken.
  std::string take_pod_ip();
  void release_pod_ip(const std::string& ip_address);
  /// "10.244.3.1-10.244.3.254", what take_pod_ip() hands out, with the bridge's.
  [[nodiscard]] std::string pod_ip_range() const;
  /// 64 hexadecimal digits.
  std::string new_container_id();
};

/// "10.244.3.0/24", and the node's own address "10.0.0.13", of the node number `index`.
std::string pod_cidr_of(int index);
std::string node_ip_of(int index);

}  // namespace inferlab::sim
