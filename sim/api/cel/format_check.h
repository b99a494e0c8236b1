#pragma once

#include "sim/api/cel/expr.h"
#include "sim/api/cel/issues.h"

namespace inferlab::sim::cel {

/// Checks 'text %d'.format([…]) where both the text and the list are written out: each clause is
/// one, has an argument, and the argument's type, where it is known, is one that it can show.
/// `call` is a call of format() on a literal with a list expression.
/// Source: cel-go's strings library, the validation of format strings.
void check_format(const Expr& call, Issues& issues);

}  // namespace inferlab::sim::cel
