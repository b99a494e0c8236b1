#pragma once

#include "sim/api/kind.h"

namespace inferlab::sim {

/// NetworkPolicies: ports, peers, directions. Kind::validate.
/// Source: Kubernetes 1.32, pkg/apis/networking/validation.
void validate_network_policy(const Value& object, const Value& old, FieldErrors& errors);

}  // namespace inferlab::sim
