#pragma once

#include "sim/api/kind.h"

/// One constant for each kind: in the file named after it, and a row of kinds.inc.
namespace inferlab::sim::kinds {

#define INFERLAB_KIND(name) extern const Kind name;
#include "sim/api/kinds/kinds.inc"
#undef INFERLAB_KIND

/// Served only where somebody measures: no rows, see Api::serve_metrics().
extern const Kind kNodeMetrics, kPodMetrics;

}  // namespace inferlab::sim::kinds
