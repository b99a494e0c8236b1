#pragma once

#include <string>
#include <vector>

#include "sim/api/cel/type.h"
#include "sim/api/kind.h"
#include "sim/api/value.h"

namespace inferlab::sim {

/// The type of a kind's objects as expressions see it.
/// Source: k8s.io/apiserver 1.32, pkg/cel/common, SchemaDeclType.
cel::Type object_type(const Kind& kind);

/// One remark of the type check of a policy.
struct ExpressionWarning {
  std::string field;  // "spec.validations[0].expression"
  std::string text;
};

/// Checks the validations of a policy against the kinds that its matchConstraints name without a
/// wildcard, at most ten: what cannot be right is remarked on, and holds all the same.
/// Source: Kubernetes documentation, "Validating Admission Policy", "Type checking".
std::vector<ExpressionWarning> check_policy_types(const KindTable& kinds, const Value& spec);

}  // namespace inferlab::sim
