#pragma once

#include <cstdint>
#include <optional>
#include <vector>

#include "sim/node/kubelet_spec.h"

namespace inferlab::sim {

/// Bit i stands for NUMA node i.
using NumaMask = std::uint32_t;

inline constexpr int kMaxNumaNodes = 8;  // the kubelet's maxAllowableNUMANodes

/// NUMA nodes that an amount of one resource could come from.
struct TopologyHint {
  std::optional<NumaMask> nodes = {};  // nullopt: any
  bool preferred = false;              // on as few nodes as such an amount needs at all
  bool operator==(const TopologyHint&) const = default;
};

/// Hints of one resource; nullopt: it does not matter where it comes from; none: it cannot be had.
using ResourceHints = std::optional<std::vector<TopologyHint>>;

/// Of a resource of which `wanted` are asked for: what there is of it on each NUMA node, and what
/// of that is free. The same rule for CPUs and devices.
std::vector<TopologyHint> hints_of(std::int64_t wanted, const std::vector<std::int64_t>& all,
                                   const std::vector<std::int64_t>& free);

/// What the Topology Manager says of a container or Pod.
struct TopologyDecision {
  bool admit = true;
  std::optional<NumaMask> nodes;  // where its resources should come from; nullopt: anywhere
};

/// Merges the hints of all resources and has the policy look at the best one.
/// Source: kubelet 1.32, pkg/kubelet/cm/topologymanager; Kubernetes documentation, "Control
/// Topology Management Policies on a node". Policy options are left out.
/// Checks: num_nodes is between 1 and kMaxNumaNodes.
TopologyDecision decide_topology(KubeletSpec::TopologyPolicy policy, int num_nodes,
                                 const std::vector<ResourceHints>& resources);

}  // namespace inferlab::sim
