#include "engine/tokenizer/split_regex_reader.h"

#include <fmt/format.h>

#include <utility>
#include <vector>

#include "engine/base/printable.h"
#include "engine/tokenizer/utf8.h"

namespace inferlab {

Error SplitRegexReader::error(std::string_view why) const {
  return Error{ErrorKind::kInvalid,
               fmt::format("{}: at {}: {}", printable(pattern_.substr(0, 200)), at_, why)};
}

bool SplitRegexReader::take(std::string_view text) {
  if (!next_is(text)) return false;
  at_ += text.size();
  return true;
}
char32_t SplitRegexReader::take_character() {
  const Utf8Step step = utf8_step(pattern_.substr(at_));
  at_ += step.bytes;
  return step.code;
}

Result<CharSet> SplitRegexReader::escape() {
  if (at_end()) return error("ends with a backslash");
  const char32_t c = take_character();
  switch (c) {
    case 's':
      return CharSet::white_space();
    case 'S':
      return CharSet::white_space().complement();
    case 'd':
      return CharSet::digit();
    case 'D':
      return CharSet::digit().complement();
    case 'w':
      return CharSet::word();
    case 'W':
      return CharSet::word().complement();
    case 'p':
    case 'P':
      return property(c == 'P');
    default: {
      INFERLAB_TRY(const char32_t code, escaped_character(c));
      return CharSet::of(code);
    }
  }
}

Result<CharSet> SplitRegexReader::property(bool negated) {
  const std::size_t end = pattern_.find('}', at_);
  if (!take("{") || end == std::string_view::npos) return error("\\p without {NAME}");
  if (take("^")) negated = !negated;
  const std::string_view name = pattern_.substr(at_, end - at_);
  const auto set = CharSet::property(name);
  if (!set) return error(fmt::format("\\p{{{}}} is not supported", printable(name)));
  at_ = end + 1;
  return negated ? set->complement() : *set;
}

Result<char32_t> SplitRegexReader::escaped_character(char32_t c) {
  switch (c) {
    case 'n':
      return U'\n';
    case 'r':
      return U'\r';
    case 't':
      return U'\t';
    case 'f':
      return U'\f';
    case 'v':
      return U'\v';
    case 'x':
      return take("{") ? hexadecimal(1, 6, "}") : hexadecimal(2, 2, "");
    case 'u':
      return hexadecimal(4, 4, "");
    default:
      break;
  }
  const bool plain = (c >= '0' && c <= '9') || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
  if (plain) return error(fmt::format("\\{} is not supported", static_cast<char>(c)));
  return c;
}

Result<char32_t> SplitRegexReader::hexadecimal(int least, int most, std::string_view end) {
  char32_t code = 0;
  int digits = 0;
  while (digits < most && !at_end()) {
    constexpr std::string_view kDigits = "0123456789abcdef";
    const char c = pattern_[at_];
    const std::size_t digit = kDigits.find(c >= 'A' && c <= 'F' ? static_cast<char>(c + 32) : c);
    if (digit == std::string_view::npos) break;
    code = code * 16 + static_cast<char32_t>(digit);
    ++digits;
    ++at_;
  }
  const bool exists = code <= 0x10ffff && (code < 0xd800 || code > 0xdfff);
  if (digits < least || !take(end) || !exists) return error("this is no character's number");
  return code;
}

Result<CharSet> SplitRegexReader::char_class(int depth) {
  if (depth == kMaxNesting) return error("classes are nested too deeply");
  const bool negated = take("^");
  CharSet set;
  if (take("]")) set.add(']', ']');  // as the first member it closes nothing
  std::vector<CharSet> also;
  while (!take("]")) {
    if (take("&&")) {
      also.push_back(std::exchange(set, {}));
    } else {
      INFERLAB_TRY_VOID(class_item(set, depth));
    }
  }
  if (!also.empty()) {
    also.push_back(std::exchange(set, {}));
    set.add(0, 0x10ffff);
    set.also = std::move(also);
  }
  set.negated = set.negated != negated;
  return set;
}

Result<void> SplitRegexReader::class_item(CharSet& set, int depth) {
  if (at_end()) return error("a class is not closed");
  if (next_is("[:")) return error("[:NAME:] is not supported");
  if (take("[")) {
    INFERLAB_TRY(const CharSet inner, char_class(depth + 1));
    return unite(set, inner);
  }
  const bool escaped = take("\\");
  constexpr std::string_view kClasses = "sSdDwWpP";
  if (escaped && !at_end() && kClasses.find(pattern_[at_]) != std::string_view::npos) {
    INFERLAB_TRY(const CharSet inner, escape());
    return unite(set, inner);
  }
  INFERLAB_TRY(const char32_t first, class_character(escaped));
  if (!next_is("-") || next_is("-]") || next_is("-&&")) {
    set.add(first, first);
    return {};
  }
  take("-");
  INFERLAB_TRY(const char32_t last, class_character(take("\\")));
  if (last < first) return error("a range is upside down");
  set.add(first, last);
  return {};
}

Result<char32_t> SplitRegexReader::class_character(bool escaped) {
  if (at_end()) return error("a class is not closed");
  const char32_t c = take_character();
  if (escaped) return c == 'b' ? Result<char32_t>(U'\b') : escaped_character(c);
  return c;
}

Result<void> SplitRegexReader::unite(CharSet& set, const CharSet& other) {
  if (!other.negated && other.also.empty()) {
    set.add(other);
    return {};
  }
  // [^a] beside "&&" is the usual use; a union with such a set no table of ours can say.
  if (set != CharSet{}) return error("a union with a negated class");
  set = other;
  if (!next_is("]") && !next_is("&&")) return error("a union with a negated class");
  return {};
}

}  // namespace inferlab
