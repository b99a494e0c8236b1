#include "tests/fuzz/targets.h"

namespace inferlab::fuzz {

std::string_view next_part(std::string_view& bytes) {
  constexpr std::string_view kEnd = "%%%\n";
  const std::size_t end = bytes.find(kEnd);
  const std::string_view part = bytes.substr(0, end);
  bytes.remove_prefix(end == std::string_view::npos ? bytes.size() : end + kEnd.size());
  return part;
}

}  // namespace inferlab::fuzz
