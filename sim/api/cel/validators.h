#pragma once

#include "sim/api/cel/expr.h"
#include "sim/api/cel/issues.h"

namespace inferlab::sim::cel {

/// What a checked expression must not hold although its types agree: texts that are no pattern,
/// duration or timestamp, lists and maps of mixed types (but within format()), and format() with
/// clauses that its arguments do not fill.
/// Source: Kubernetes' CEL environment since 1.29 and the validators of cel-go that it turns on.
void validate(const Expr& root, Issues& issues);

}  // namespace inferlab::sim::cel
