#pragma once

#include "sim/api/kind.h"
#include "sim/api/validation/errors.h"

namespace inferlab::sim {

/// The expressions of a ValidatingAdmissionPolicy's spec, each in the scope in which it will run:
/// match conditions, variables, validations and their messages, audit annotations. `old_spec` is
/// null for a creation.
/// Source: Kubernetes 1.32, pkg/apis/admissionregistration/validation.
void validate_policy_expressions(const Value& object, const Value& old_spec, const FieldPath& path,
                                 FieldErrors& errors);

}  // namespace inferlab::sim
