#pragma once

#include "sim/api/kind.h"

namespace inferlab::sim {

/// ValidatingAdmissionPolicies and their bindings. Kind::validate.
/// Source: Kubernetes 1.32, pkg/apis/admissionregistration/validation.
void validate_admission_policy(const Value& object, const Value& old, FieldErrors& errors);
void validate_admission_policy_binding(const Value& object, const Value& old, FieldErrors& errors);

/// What a matchConstraints or matchResources gets that states less.
Value default_match_resources(const Value& match);

}  // namespace inferlab::sim
