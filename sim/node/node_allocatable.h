#pragma once

#include <cstdint>
#include <string_view>

#include "sim/node/node_spec.h"

namespace inferlab::sim {

/// What a node has for Pods: its capacity less what is reserved for the kubelet and the system,
/// less the hard eviction threshold (memory and local disk), less the memory that is set aside for
/// huge pages. Never below nothing.
/// Source: Kubernetes documentation, "Reserve Compute Resources for System Daemons" and "Manage
/// HugePages".
struct Allocatable {
  std::int64_t cpu_milli = 0, memory_bytes = 0, disk_bytes = 0;
};
Allocatable allocatable_of(const NodePoolSpec& pool);

/// CPUs that no container gets for itself: those reserved, rounded up. Source: kubelet 1.32, the
/// static policy of the CPU manager.
int reserved_cpus(const NodePoolSpec& pool);

/// Of memory, for the kubelet and the system together: the Pods' cgroup ends there.
std::int64_t reserved_memory(const NodePoolSpec& pool);

}  // namespace inferlab::sim
