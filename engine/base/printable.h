#pragma once

#include <cstddef>
#include <string>
#include <string_view>

namespace inferlab {

/// `text` from a foreign file as it may go into a message, a log or a terminal: printable ASCII,
/// all other bytes as "?" (they could move the cursor or begin a line of their own), and "..."
/// behind `max_bytes` of it.
std::string printable(std::string_view text, std::size_t max_bytes = 80);

}  // namespace inferlab
