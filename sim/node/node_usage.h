#pragma once

#include <cstdint>
#include <map>
#include <string>
#include <vector>

#include "sim/node/eviction_signals.h"

namespace inferlab::sim {

class Container;
class PodWorker;
struct NodeRuntime;

/// What one running container takes of its node.
struct ContainerUsage {
  Container* container = nullptr;
  std::int64_t memory_bytes = 0;  // working set, without what the kernel gives back when asked
  std::int64_t disk_bytes = 0;    // its writable layer and its logs
  std::int64_t inodes = 0, pids = 1;
};

/// What one Pod takes, and what it asked for.
struct PodUsage {
  PodWorker* pod = nullptr;
  std::int64_t priority = 0;
  std::int64_t memory_request = 0, disk_request = 0;
  std::vector<ContainerUsage> containers;
  std::map<std::string, std::int64_t> volumes;         // bytes of each emptyDir on the node's disk
  std::map<std::string, std::int64_t> memory_volumes;  // of those with medium Memory
  std::int64_t host_path_bytes = 0;                    // written through hostPath volumes

  // Sums.
  std::int64_t memory_bytes = 0;
  std::int64_t layer_bytes = 0, volume_bytes = 0;
  std::int64_t inodes = 0, pids = 0;
  [[nodiscard]] std::int64_t disk_bytes() const { return layer_bytes + volume_bytes; }
};

/// What a container says through its workload, or its Pod in the annotations
/// `inferlab/memory-usage`, `inferlab/disk-usage` (writable layer), `inferlab/inodes-usage`,
/// `inferlab/pids-usage`, which hold for each of its containers, and
/// `inferlab/volume-usage.NAME` for an emptyDir. They may be changed while the Pod runs.
PodUsage usage_of(PodWorker& pod);

/// Of one node: the Pods' and its own. Figures of the node's own processes are assumed.
Observations observe_node(const NodeRuntime& node, const std::vector<PodUsage>& pods);

/// Memory that the node's own processes hold. Source: assets/facts/SOURCE.md,
/// metrics_pipeline.node_overhead.
inline constexpr std::int64_t kSystemMemoryBytes = std::int64_t{512} << 20;

}  // namespace inferlab::sim
