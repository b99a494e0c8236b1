#pragma once

#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

#include "engine/base/result.h"
#include "sim/api/value.h"

namespace inferlab::sim {

struct JsonLimits {
  std::size_t max_depth = 1000;
  std::size_t max_bytes = std::size_t{16} << 20;
};

/// Reads one JSON document. Integers that fit int64 become kInt, other numbers kDouble. Errors say
/// the byte offset and what was expected. `duplicates`, when given, gets the path of each member
/// that came twice (".spec.replicas"), of which the last one counts, as in Go.
Result<Value> parse_json(std::string_view text, const JsonLimits& limits = {},
                         std::vector<std::string>* duplicates = nullptr);

/// The message of parse_json()'s error without its place: the text of Go's encoding/json.
std::string_view json_error_text(const Error& error);

/// Compact, members in key order. Doubles print as the shortest text that reads back the same; a
/// whole double keeps no ".0", as in Go.
std::string to_json(const Value& value);
/// The same with this many spaces for each level, as kubectl -o json prints.
std::string to_json(const Value& value, int indent);

}  // namespace inferlab::sim
