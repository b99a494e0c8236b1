#pragma once

#include "sim/api/kind.h"

namespace inferlab::sim {

/// Ingresses: hosts, paths, backends. Kind::validate.
/// Source: Kubernetes 1.32, pkg/apis/networking/validation.
void validate_ingress(const Value& object, const Value& old, FieldErrors& errors);

}  // namespace inferlab::sim
