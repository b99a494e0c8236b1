#pragma once

#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "engine/base/time.h"
#include "sim/api/store.h"
#include "sim/api/views.h"

namespace inferlab::sim {

// What a Node's conditions mean for its taints, and what many sick nodes mean for evictions.
// Source: Kubernetes documentation, "Nodes" and "Taint based Evictions"; kube-controller-manager
// flags of 1.32.

inline constexpr std::string_view kNotReadyTaint = "node.kubernetes.io/not-ready";
inline constexpr std::string_view kUnreachableTaint = "node.kubernetes.io/unreachable";

enum class NodeHealth : std::uint8_t { kReady, kNotReady, kUnknown };
/// From condition Ready; kUnknown when there is none.
NodeHealth health_of(const StoredObject& node);

/// spec.taints with the NoSchedule taints that the conditions and spec.unschedulable ask for, and
/// without those they ask for no longer. Foreign taints stay. New ones come last, in the order of
/// the conditions, with timeAdded = `now`.
Value with_condition_taints(const StoredObject& node, Time now);

/// Whether one of the NoExecute taints of silent and sick nodes is there.
bool has_eviction_taint(const StoredObject& node);

/// spec.taints with the NoExecute taint `key` and without its opposite; empty `key`: without both.
Value with_eviction_taint(const StoredObject& node, std::string_view key, Time now);

/// status.conditions after the kubelet was silent for the grace period: Ready and the pressures are
/// Unknown.
Value silent_conditions(const StoredObject& node, Time now);

/// Region and zone of a node, from its labels.
std::string zone_of(const StoredObject& node);

/// How long to wait after one node's Pods were set on their way before the next node of the zone;
/// nullopt: for now not at all. 10 s; when 55 % of a zone or more are down, 100 s in a zone of more
/// than 50 nodes, else never.
std::optional<Duration> eviction_interval(std::size_t nodes, std::size_t down);

}  // namespace inferlab::sim
