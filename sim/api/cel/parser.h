#pragma once

#include <string_view>

#include "sim/api/cel/expr.h"
#include "sim/api/cel/issues.h"

namespace inferlab::sim::cel {

struct ParseOptions {
  /// l.all(index, item, …), transformList, transformMap: known to Kubernetes 1.32 for expressions
  /// that are stored already, refused in new ones until 1.33.
  bool two_variable_macros = false;
};

/// The tree of an expression, its macros expanded. What is wrong is added to `issues`; the tree is
/// then of no use. Never deeper than a few hundred nodes, however long the text is.
/// Source: CEL language definition, "Syntax" and "Macros"; the limits are cel-go's defaults, which
/// Kubernetes keeps: 100000 code points, 250 levels.
ExprPtr parse(std::string_view text, const ParseOptions& options, Issues& issues);

}  // namespace inferlab::sim::cel
