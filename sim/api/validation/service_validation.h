#pragma once

#include "sim/api/kind.h"

namespace inferlab::sim {

/// Services: ports, types, addresses, what may not change. Kind::validate.
/// Source: Kubernetes 1.32, pkg/apis/core/validation.
void validate_service(const Value& object, const Value& old, FieldErrors& errors);

/// What of it is about its own addresses and their families.
void validate_service_addresses(const Value& spec, FieldErrors& errors);

}  // namespace inferlab::sim
