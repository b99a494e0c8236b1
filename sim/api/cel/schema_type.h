#pragma once

#include <optional>
#include <string>

#include "sim/api/cel/type.h"
#include "sim/api/value.h"

namespace inferlab::sim::cel {

/// The CEL type of what a structural OpenAPI schema describes; `name` begins the names of its
/// object types in error texts. nullopt where expressions cannot see it: no type, an array without
/// items, an object of which nothing is declared but x-kubernetes-preserve-unknown-fields.
/// `resource_root`: of a whole resource, whose apiVersion, kind and metadata.name are always there.
/// Source: Kubernetes documentation, "Validation rules", the table of types.
std::optional<Type> schema_type(const Value& schema, const std::string& name,
                                bool resource_root = false);

}  // namespace inferlab::sim::cel
