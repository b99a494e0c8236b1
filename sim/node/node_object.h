#pragma once

#include <string>

#include "sim/api/value.h"
#include "sim/node/node_runtime.h"

namespace inferlab::sim {

/// The Node object as the kubelet of 1.32 registers it: labels, taints, addresses and status.
Value build_node(const NodeRuntime& node, Time now);

/// status.volumesInUse; null: there are none.
Value volumes_in_use(const NodeRuntime& node);

/// The status alone. What others have written there stays: attached volumes, extended resources,
/// conditions of other types. Conditions of `old`
/// keep their lastTransitionTime while their status is the same; lastHeartbeatTime is `now`.
Value build_node_status(const NodeRuntime& node, const Value& old, Time now);

}  // namespace inferlab::sim
