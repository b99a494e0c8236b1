#pragma once

#include <string_view>

#include "engine/base/result.h"
#include "sim/api/cel/lexer.h"
#include "sim/api/cel/val.h"

namespace inferlab::sim::cel {

/// The value of a literal token. `negative`: a minus sign stands right before a number, which
/// belongs to it (so that the smallest int can be written). The error's message is the issue's
/// text.
Result<Val> literal_value(const Token& token, bool negative);

}  // namespace inferlab::sim::cel
