#pragma once

#include "sim/api/kind.h"
#include "sim/api/validation/errors.h"

namespace inferlab::sim {

/// PersistentVolumes and their claims. Kind::validate.
/// Source: Kubernetes 1.32, pkg/apis/core/validation.
void validate_persistent_volume(const Value& object, const Value& old, FieldErrors& errors);
void validate_persistent_volume_claim(const Value& object, const Value& old, FieldErrors& errors);

/// The spec of a claim, or of a template of one.
void validate_claim_spec(const Value& spec, const FieldPath& path, FieldErrors& errors);

}  // namespace inferlab::sim
