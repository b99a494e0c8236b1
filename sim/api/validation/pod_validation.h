#pragma once

#include "sim/api/kind.h"

namespace inferlab::sim {

/// What a Pod may be, and what of it may change. Kind::validate.
/// Source: Kubernetes 1.32, pkg/apis/core/validation.
void validate_pod(const Value& object, const Value& old, FieldErrors& errors);

}  // namespace inferlab::sim
