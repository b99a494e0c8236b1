#pragma once

#include "sim/api/kind.h"
#include "sim/api/value.h"

namespace inferlab::sim {

/// The x-kubernetes-validations of a CustomResourceDefinition's schemas: their texts, that they
/// compile, that fieldPath names a field, that oldSelf can be told. `old_spec` is null for a
/// creation. Their cost is not estimated beforehand.
/// Source: apiextensions-apiserver 1.32, pkg/apis/apiextensions/validation.
void check_custom_rules(const Value& spec, const Value& old_spec, FieldErrors& errors);

}  // namespace inferlab::sim
