#pragma once

#include "sim/api/kind.h"

namespace inferlab::sim {

/// Endpoints: addresses, ports. Kind::validate.
/// Source: Kubernetes 1.32, pkg/apis/core/validation.
void validate_endpoints(const Value& object, const Value& old, FieldErrors& errors);

/// EndpointSlices: how many, of which kind, hints. Kind::validate.
/// Source: Kubernetes 1.32, pkg/apis/discovery/validation.
void validate_endpoint_slice(const Value& object, const Value& old, FieldErrors& errors);

}  // namespace inferlab::sim
