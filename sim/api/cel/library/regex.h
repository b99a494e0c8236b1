#pragma once

#include <string_view>

namespace inferlab::sim::cel {

/// Whether matches() can use it.
bool is_pattern(std::string_view text);

}  // namespace inferlab::sim::cel
