#pragma once

#include <string>
#include <utility>
#include <vector>

#include "sim/api/cel/expr.h"
#include "sim/api/cel/issues.h"

namespace inferlab::sim::cel {

/// A variable that an expression may use, and its type. A name may have dots.
using Variables = std::vector<std::pair<std::string, Type>>;

/// Gives every node its type and its calls the overloads that fit; what does not fit is added to
/// `issues`, in cel-go's words. Then literals that no value can be made of (patterns, durations,
/// mixed lists) are looked for, as Kubernetes has it done.
/// Source: CEL language definition, "Gradual Type Checking"; Kubernetes, "Type checking" and the
/// validators of its environment.
void check(Expr& root, const Variables& variables, Issues& issues);

}  // namespace inferlab::sim::cel
