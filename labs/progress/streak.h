#pragma once

#include <cstdint>
#include <vector>

namespace inferlab::labs {

/// How many of `days` (ordered) follow each other up to `today`, or up to yesterday as long as
/// today has nothing.
int days_in_a_row(const std::vector<std::int64_t>& days, std::int64_t today);

}  // namespace inferlab::labs
