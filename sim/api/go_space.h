#pragma once

#include <string>
#include <string_view>

namespace inferlab::sim {

/// Without the white space at both ends, as Go's strings.TrimSpace takes it off (of ASCII).
inline std::string go_trimmed(std::string_view text) {
  constexpr std::string_view kSpace = " \t\r\n\v\f";
  const std::size_t begin = text.find_first_not_of(kSpace);
  if (begin == std::string_view::npos) return {};
  return std::string(text.substr(begin, text.find_last_not_of(kSpace) - begin + 1));
}

}  // namespace inferlab::sim
