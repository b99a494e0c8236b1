#pragma once

#include "sim/api/kind.h"

namespace inferlab::sim {

/// Roles and who has them. Kind::validate.
/// Source: Kubernetes 1.32, pkg/apis/rbac/validation.
void validate_role(const Value& object, const Value& old, FieldErrors& errors);
void validate_cluster_role(const Value& object, const Value& old, FieldErrors& errors);
void validate_role_binding(const Value& object, const Value& old, FieldErrors& errors);
void validate_cluster_role_binding(const Value& object, const Value& old, FieldErrors& errors);

}  // namespace inferlab::sim
