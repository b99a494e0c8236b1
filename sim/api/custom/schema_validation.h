#pragma once

#include "sim/api/custom/json_schema.h"
#include "sim/api/kind.h"

namespace inferlab::sim {

/// Whether a custom resource is as its schema says; one error for each fault, in the API server's
/// words. apiVersion, kind and metadata are not looked at. `old` is null for a creation: what an
/// update leaves as it was is not looked at either.
/// Source: k8s.io/kube-openapi/pkg/validation, which the API server of 1.32 judges with.
void validate_custom(const JsonSchema& schema, const Value& object, const Value& old,
                     FieldErrors& errors);

}  // namespace inferlab::sim
