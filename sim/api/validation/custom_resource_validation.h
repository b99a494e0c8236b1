#pragma once

#include "sim/api/kind.h"

namespace inferlab::sim {

/// CustomResourceDefinitions: names, versions, that each version has a schema. Kind::validate.
/// Source: Kubernetes 1.32, apiextensions-apiserver, pkg/apis/apiextensions/validation.
void validate_custom_resource_definition(const Value& object, const Value& old,
                                         FieldErrors& errors);

}  // namespace inferlab::sim
