#pragma once

#include "sim/api/validation/errors.h"

namespace inferlab::sim {

/// spec.podFailurePolicy of a Job: `spec` is all of the Job's spec, `path` leads to the policy.
/// Source: Kubernetes 1.32, pkg/apis/batch/validation.
void validate_pod_failure_policy(const Value& spec, const FieldPath& path, FieldErrors& errors);

/// spec.successPolicy of an indexed Job.
void validate_success_policy(const Value& spec, const FieldPath& path, FieldErrors& errors);

}  // namespace inferlab::sim
