#pragma once

#include "sim/api/kind.h"

namespace inferlab::sim {

/// Deployments and ReplicaSets: selector against template, strategy, what may not change.
/// Kind::validate. Source: Kubernetes 1.32, pkg/apis/apps/validation.
void validate_deployment(const Value& object, const Value& old, FieldErrors& errors);
void validate_replica_set(const Value& object, const Value& old, FieldErrors& errors);

}  // namespace inferlab::sim
