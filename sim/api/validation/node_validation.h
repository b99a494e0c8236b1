#pragma once

#include "sim/api/kind.h"

namespace inferlab::sim {

/// Nodes: names, taints, amounts. Kind::validate.
/// Source: Kubernetes 1.32, pkg/apis/core/validation.
void validate_node(const Value& object, const Value& old, FieldErrors& errors);

}  // namespace inferlab::sim
