#pragma once

#include <string>

#include "sim/api/cel/expr.h"

namespace inferlab::sim::cel {

/// Replaces lists, maps and conversions of literals by their values, which then cost nothing at run
/// time. The error of one that has no value, and of a pattern that is none; empty when all is well.
/// Source: cel-go, OptOptimize and OptimizeRegex, which Kubernetes turns on.
std::string fold_constants(Expr& root);

}  // namespace inferlab::sim::cel
