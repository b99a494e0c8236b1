#pragma once

#include <string_view>
#include <vector>

#include "sim/api/value.h"

namespace inferlab::sim {

/// What a JSONPath without braces, ".status.conditions[?(@.type==\"Ready\")].status", finds in a
/// document, in its order; empty: nothing, or no such path.
///
/// The part of kubectl's JSONPath that additionalPrinterColumns, scale paths and selectable fields
/// use: members, quoted members, indices, slices, [*], filters by ==, !=, <, >, <=, >= and by
/// existence.
/// Source: Kubernetes documentation, "JSONPath Support".
std::vector<Value> find_by_path(const Value& document, std::string_view path);

/// Whether it can be read at all.
bool is_json_path(std::string_view path);

}  // namespace inferlab::sim
