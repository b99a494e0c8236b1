#pragma once

#include "sim/api/kind.h"

namespace inferlab::sim {

/// ResourceQuotas and LimitRanges. Kind::validate.
/// Source: Kubernetes 1.32, pkg/apis/core/validation.
void validate_resource_quota(const Value& object, const Value& old, FieldErrors& errors);
void validate_limit_range(const Value& object, const Value& old, FieldErrors& errors);

}  // namespace inferlab::sim
