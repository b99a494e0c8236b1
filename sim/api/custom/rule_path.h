#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "sim/api/value.h"

namespace inferlab::sim {

/// The fieldPath of a rule in x-kubernetes-validations, ".spec['a.b'].c", as field paths of errors
/// are written: "spec.a.b.c". nullopt where it names no field of `schema`. Items of lists cannot be
/// named.
/// Source: Kubernetes documentation, "Validation rules", "Field path".
std::optional<std::string> rule_field_path(std::string_view path, const Value& schema);

}  // namespace inferlab::sim
