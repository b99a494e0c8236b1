#pragma once

#include <string_view>

#include "engine/base/result.h"
#include "engine/serve/api_types.h"
#include "engine/structured/structured_spec.h"

namespace inferlab {

/// What binds an answer to calls of the tools in `body`, the JSON of a request whose tools have
/// been checked. A named function: the answer is its arguments. Any: an array of {name,
/// parameters}, of one with "parallel_tool_calls": false. A function without a schema takes an
/// object. Always on one line, in the form of Python's json.dumps: whitespace would be tokens that
/// say nothing. kInvalid: two tools define the same name in "$defs" differently. Source: vLLM,
/// docs/features/tool_calling.md and tool_parsers/utils.py.
Result<structured::StructuredSpec> tool_call_spec(std::string_view body, const ToolChoice& choice);

}  // namespace inferlab
