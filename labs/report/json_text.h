#pragma once

#include <string_view>

#include "labs/report/escape.h"
#include "sim/api/value.h"

namespace inferlab::labs {

/// A stranger's text as a JSON string. JSON escapes control characters itself; what else is hidden,
/// or is no UTF-8, is shown as in text.
inline sim::Value json_text(std::string_view text) {
  return for_terminal(text, /*multiline=*/true);
}

}  // namespace inferlab::labs
