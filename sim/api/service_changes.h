#pragma once

#include "sim/api/value.h"

namespace inferlab::sim {

/// spec of a Service as an update of `old` means it: what was allocated and is left out stays, and
/// what its type has no use for goes, unless somebody asks for it. `old` is null for a creation.
/// Source: Kubernetes 1.32, pkg/registry/core/service: normalizeClusterIPs, patchAllocatedValues,
/// dropTypeDependentFields.
Value meant_service_spec(Value spec, const Value& old);

/// Whether a Service of this spec has node ports, and whether it gets those that it lacks.
bool needs_node_ports(const Value& spec);
/// Whether it has a port for health checks (a load balancer that asks each node).
bool needs_health_check_port(const Value& spec);

}  // namespace inferlab::sim
