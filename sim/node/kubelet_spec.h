#pragma once

#include <cstdint>
#include <map>
#include <string>

#include "engine/base/time.h"

namespace inferlab::sim {

/// The kubelet's configuration, as far as it decides what Pods get. The defaults are its own.
/// Source: Kubernetes documentation, "Kubelet Configuration (v1beta1)".
struct KubeletSpec {
  using Amounts = std::map<std::string, std::string>;
  enum class CpuManagerPolicy : std::uint8_t { kNone, kStatic };
  enum class TopologyPolicy : std::uint8_t { kNone, kBestEffort, kRestricted, kSingleNumaNode };
  enum class TopologyScope : std::uint8_t { kContainer, kPod };
  /// Source: "Control CPU Management Policies on the Node". The static policy needs reserved CPU.
  CpuManagerPolicy cpu_manager_policy = CpuManagerPolicy::kNone;
  /// Source: "Control Topology Management Policies on a node". There is no memory manager.
  TopologyPolicy topology_manager_policy = TopologyPolicy::kNone;
  TopologyScope topology_manager_scope = TopologyScope::kContainer;
  /// Quantities of "cpu", "memory" and "ephemeral-storage" that Pods do not get.
  Amounts kube_reserved, system_reserved;
  /// By signal: "memory.available": "100Mi" or "5%". What is written here takes the place of all
  /// the defaults together, as in a configuration file.
  Amounts eviction_hard = {{"memory.available", "100Mi"},
                           {"nodefs.available", "10%"},
                           {"nodefs.inodesFree", "5%"},
                           {"imagefs.available", "15%"},
                           {"imagefs.inodesFree", "5%"}};
  Amounts eviction_soft, eviction_soft_grace_period, eviction_minimum_reclaim;
  std::int64_t eviction_max_pod_grace_seconds = 0;  // of soft thresholds
  Duration eviction_pressure_transition_period = 5min;
  int image_gc_high_percent = 85, image_gc_low_percent = 80;
  Duration image_minimum_age = 2min;
};

}  // namespace inferlab::sim
