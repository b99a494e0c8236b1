#pragma once

#include <cstdint>
#include <string>

namespace inferlab::sim {

/// Appends one code point. Checks: it is one that UTF-8 can hold.
void append_utf8(std::string& out, std::uint32_t code_point);

/// The text with each byte that is no part of valid UTF-8 replaced by U+FFFD, as Go does.
std::string valid_utf8(std::string text);

}  // namespace inferlab::sim
