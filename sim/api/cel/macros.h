#pragma once

#include "sim/api/cel/expr.h"
#include "sim/api/cel/issues.h"
#include "sim/api/cel/parser.h"

namespace inferlab::sim::cel {

/// What a macro makes of a call that bears its name; any other call comes back unchanged.
/// Source: CEL language definition, "Macros"; cel-go's optional types.
ExprPtr expand_macro(ExprPtr call, const ParseOptions& options, Issues& issues);

}  // namespace inferlab::sim::cel
