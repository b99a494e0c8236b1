#pragma once

#include <cstdint>
#include <string_view>
#include <vector>

#include "engine/base/result.h"
#include "engine/structured/char_set.h"

namespace inferlab::structured {

/// A regular expression as a tree. Nodes refer to each other by index; children come first.
struct Regex {
  enum class Kind : std::uint8_t { kEmpty, kSet, kConcat, kAlternate, kRepeat, kBegin, kEnd };
  struct Node {
    Kind kind = Kind::kEmpty;
    std::uint32_t set = 0;                     ///< kSet: index into `sets`
    std::vector<std::uint32_t> children = {};  ///< kConcat, kAlternate; one for kRepeat
    std::uint32_t min = 0;                     ///< kRepeat
    std::uint32_t max = 0;                     ///< kRepeat; kUnbounded
  };
  static constexpr std::uint32_t kUnbounded = UINT32_MAX;

  std::vector<Node> nodes;
  std::vector<CharSet> sets;
  std::uint32_t root = 0;
};

/// No counted repetition may ask for more, as in RE2.
inline constexpr std::uint32_t kMaxRepeat = 1000;
inline constexpr std::size_t kMaxRegexBytes = 16384;

/// Reads the part that Rust's `regex`, Python's `re`, RE2 and ECMA-262 write alike: literals,
/// classes (\d \w \s are ASCII and as RE2 has them; \p{Lu} by general category),
/// groups, alternation, repetition (greedy or lazy: the same language), ^ and $ as the ends of the
/// text. `.` is any character but a line feed.
/// kInvalid names what is not carried (look-around, back-references, \b, flags, possessive
/// repetition) and where: "WHERE: at 5: …", in bytes from 0. Recursion and size are bounded.
Result<Regex> parse_regex(std::string_view pattern, std::string_view where);

}  // namespace inferlab::structured
