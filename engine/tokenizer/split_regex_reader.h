#pragma once

#include <cstddef>
#include <string_view>

#include "engine/base/result.h"
#include "engine/tokenizer/char_set.h"

namespace inferlab {

/// Reads the characters, escapes and classes of an expression; what the parser builds on.
class SplitRegexReader {
 protected:
  static constexpr int kMaxNesting = 32;  ///< of groups, and of classes

  explicit SplitRegexReader(std::string_view pattern) : pattern_(pattern) {}

  [[nodiscard]] Error error(std::string_view why) const;
  [[nodiscard]] bool at_end() const { return at_ == pattern_.size(); }
  [[nodiscard]] bool next_is(std::string_view text) const {
    return pattern_.substr(at_).starts_with(text);
  }
  bool take(std::string_view text);
  char32_t take_character();

  /// After a backslash: a class or a character.
  Result<CharSet> escape();
  /// After "[".
  Result<CharSet> char_class(int depth);

  std::string_view pattern_;
  std::size_t at_ = 0;

 private:
  Result<CharSet> property(bool negated);
  Result<char32_t> escaped_character(char32_t c);
  Result<char32_t> hexadecimal(int least, int most, std::string_view end);
  Result<void> class_item(CharSet& set, int depth);
  Result<char32_t> class_character(bool escaped);
  Result<void> unite(CharSet& set, const CharSet& other);
};

}  // namespace inferlab
