#include "sim/gitops/glob.h"

namespace inferlab::sim {

bool matches_glob(std::string_view pattern, std::string_view text) {
  std::size_t in_pattern = 0, in_text = 0;
  // Only the last star is ever given more text: what stands between two stars may as well be found
  // at the first place that has it.
  std::size_t after_star = std::string_view::npos, star_ends = 0;
  while (in_text < text.size()) {
    if (in_pattern < pattern.size() && pattern[in_pattern] == '*') {
      after_star = ++in_pattern;
      star_ends = in_text;
    } else if (in_pattern < pattern.size() && pattern[in_pattern] == text[in_text]) {
      ++in_pattern;
      ++in_text;
    } else if (after_star != std::string_view::npos) {
      in_pattern = after_star;
      in_text = ++star_ends;
    } else {
      return false;
    }
  }
  return pattern.find_first_not_of('*', in_pattern) == std::string_view::npos;
}

}  // namespace inferlab::sim
