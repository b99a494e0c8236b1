#pragma once

#include "engine/base/time.h"
#include "sim/api/value.h"

namespace inferlab::sim {

// What a heartbeat changes, and nothing else (see Store::renew).

/// A Lease with spec.renewTime `now`.
Value renewed_lease(const Value& lease, Time now);
/// A Node whose conditions were all confirmed at `now`: their lastHeartbeatTime.
Value renewed_node(const Value& node, Time now);

}  // namespace inferlab::sim
