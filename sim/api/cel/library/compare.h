#pragma once

#include <string_view>

#include "sim/api/cel/val.h"

namespace inferlab::sim::cel {

struct Ordering {
  int sign = 0;                 ///< -1, 0, 1
  std::string_view error = {};  ///< empty unless the two have no order
};

/// Numbers of all types among each other, strings and bytes by byte, false before true, moments and
/// durations. Source: CEL language definition, "Ordering operators".
Ordering compare(const Val& a, const Val& b);

}  // namespace inferlab::sim::cel
