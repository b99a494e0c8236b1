#include "engine/structured/regex.h"

#include <fmt/format.h>

#include <algorithm>
#include <optional>
#include <string>
#include <utility>

#include "engine/base/printable.h"
#include "engine/tokenizer/utf8.h"

namespace inferlab::structured {
namespace {

constexpr int kMaxDepth = 100;

std::optional<CharSet> perl_class(char name) {
  switch (name) {
    case 'd':
      return CharSet({{'0', '9'}});
    case 'w':
      return CharSet({{'0', '9'}, {'A', 'Z'}, {'_', '_'}, {'a', 'z'}});
    case 's':
      return CharSet({{'\t', '\n'}, {'\f', '\r'}, {' ', ' '}});
    case 'D':
    case 'W':
    case 'S':
      return perl_class(static_cast<char>(name + ('a' - 'A')))->negated();
    default:
      return std::nullopt;
  }
}

std::optional<char32_t> control_escape(char name) {
  switch (name) {
    case 'n':
      return '\n';
    case 't':
      return '\t';
    case 'r':
      return '\r';
    case 'f':
      return '\f';
    case 'v':
      return '\v';
    case 'a':
      return '\a';
    case '0':
      return '\0';
    default:
      return std::nullopt;
  }
}

class Parser {
 public:
  Parser(std::string_view text, std::string_view where) : text_(text), where_(where) {}

  Result<Regex> run() {
    if (text_.size() > kMaxRegexBytes) {
      return fail(
          fmt::format("the pattern has {} bytes, at most {}", text_.size(), kMaxRegexBytes));
    }
    if (!is_valid_utf8(text_)) return fail("the pattern is not UTF-8");
    INFERLAB_TRY(out_.root, alternation(0));
    if (!done()) return fail("\")\" closes no group");
    return std::move(out_);
  }

 private:
  using Kind = Regex::Kind;

  [[nodiscard]] Error fail(std::string_view why) const {
    return Error{ErrorKind::kInvalid, fmt::format("{}: at {}: {}", where_, at_, why)};
  }
  [[nodiscard]] bool done() const { return at_ == text_.size(); }
  [[nodiscard]] bool next_is(std::string_view prefix) const {
    return text_.substr(at_).starts_with(prefix);
  }
  bool skip(std::string_view prefix) {
    if (!next_is(prefix)) return false;
    at_ += prefix.size();
    return true;
  }
  char32_t take() {
    const Utf8Step step = utf8_step(text_.substr(at_));
    at_ += step.bytes;
    return step.code;
  }

  std::uint32_t add(Regex::Node node) {
    out_.nodes.push_back(std::move(node));
    return static_cast<std::uint32_t>(out_.nodes.size() - 1);
  }
  std::uint32_t add_set(CharSet set) {
    const auto found = std::ranges::find(out_.sets, set);
    const auto index = static_cast<std::uint32_t>(found - out_.sets.begin());
    if (found == out_.sets.end()) out_.sets.push_back(std::move(set));
    return add({.kind = Kind::kSet, .set = index});
  }

  Result<std::uint32_t> alternation(int depth) {
    if (depth > kMaxDepth) return fail("groups are nested too deep");
    std::vector<std::uint32_t> branches;
    do {
      INFERLAB_TRY(const std::uint32_t branch, concatenation(depth));
      branches.push_back(branch);
    } while (skip("|"));
    if (branches.size() == 1) return branches[0];
    return add({.kind = Kind::kAlternate, .children = std::move(branches)});
  }

  Result<std::uint32_t> concatenation(int depth) {
    std::vector<std::uint32_t> parts;
    while (!done() && !next_is("|") && !next_is(")")) {
      INFERLAB_TRY(const std::uint32_t part, repetition(depth));
      parts.push_back(part);
    }
    if (parts.size() == 1) return parts[0];
    return add(
        {.kind = parts.empty() ? Kind::kEmpty : Kind::kConcat, .children = std::move(parts)});
  }

  Result<std::uint32_t> repetition(int depth) {
    INFERLAB_TRY(std::uint32_t node, atom(depth));
    while (!done()) {
      std::uint32_t min = 0;
      std::uint32_t max = Regex::kUnbounded;
      if (skip("+")) {
        min = 1;
      } else if (skip("?")) {
        max = 1;
      } else if (!skip("*")) {
        INFERLAB_TRY(const bool counted, counts(min, max));
        if (!counted) return node;
      }
      if (next_is("+")) return fail("possessive repetition is not supported");
      skip("?");  // lazy: which match is found first does not matter to a language
      if (next_is("*") || next_is("+") || next_is("?")) return fail("nothing to repeat");
      node = add({.kind = Kind::kRepeat, .children = {node}, .min = min, .max = max});
    }
    return node;
  }

  /// "{2}", "{2,}", "{2,5}"; false for what is none of them: a brace is then a character.
  Result<bool> counts(std::uint32_t& min, std::uint32_t& max) {
    const std::size_t before = at_;
    if (!skip("{")) return false;
    const auto low = number();
    auto high = low;
    if (low && skip(",")) high = next_is("}") ? std::optional(Regex::kUnbounded) : number();
    if (!low || !high || !skip("}")) {
      at_ = before;
      return false;
    }
    const bool too_many = *low > kMaxRepeat || (*high != Regex::kUnbounded && *high > kMaxRepeat);
    if (too_many || *high < *low) {
      at_ = before;
      return fail(too_many ? fmt::format("repeated more than {} times", kMaxRepeat)
                           : std::string("the bounds of the repetition are the wrong way round"));
    }
    min = *low;
    max = *high;
    return true;
  }

  std::optional<std::uint32_t> number() {
    std::uint32_t value = 0;
    const std::size_t before = at_;
    while (!done() && text_[at_] >= '0' && text_[at_] <= '9') {
      value = std::min(value * 10 + static_cast<std::uint32_t>(text_[at_] - '0'), 1'000'000U);
      ++at_;
    }
    return at_ == before ? std::nullopt : std::optional(value);
  }

  Result<std::uint32_t> atom(int depth) {
    if (skip("(")) return group(depth);
    if (skip("[")) {
      INFERLAB_TRY(CharSet set, bracket());
      return add_set(std::move(set));
    }
    if (skip("^")) return add({.kind = Kind::kBegin});
    if (skip("$")) return add({.kind = Kind::kEnd});
    if (skip(".")) return add_set(CharSet::of('\n').negated());
    if (next_is("*") || next_is("+") || next_is("?")) return fail("nothing to repeat");
    if (next_is("\\")) {
      if (next_is("\\A") || next_is("\\z") || next_is("\\Z")) {
        const bool begin = next_is("\\A");
        at_ += 2;
        return add({.kind = begin ? Kind::kBegin : Kind::kEnd});
      }
      INFERLAB_TRY(CharSet set, escape(/*in_class=*/false));
      return add_set(std::move(set));
    }
    return add_set(CharSet::of(take()));
  }

  Result<std::uint32_t> group(int depth) {
    if (skip("?")) {
      if (next_is("=") || next_is("!")) return fail("look-ahead is not supported");
      if (next_is("<=") || next_is("<!")) return fail("look-behind is not supported");
      if (next_is(">")) return fail("atomic groups are not supported");
      if (next_is("P=")) return fail("back-references are not supported");
      if (skip("P<") || skip("<")) {
        while (!done() && !next_is(">")) ++at_;
        if (!skip(">")) return fail("the group's name has no end");
      } else if (!skip(":")) {
        return fail("flags and special groups are not supported");
      }
    }
    INFERLAB_TRY(const std::uint32_t inside, alternation(depth + 1));
    if (!skip(")")) return fail("\")\" is missing");
    return inside;
  }

  /// Behind "[".
  Result<CharSet> bracket() {
    const bool negated = skip("^");
    std::vector<CharRange> ranges;
    for (bool first = true; first || !next_is("]"); first = false) {
      if (done()) return fail("\"]\" is missing");
      if (next_is("[:")) return fail("POSIX classes are not supported");
      if (next_is("&&") || next_is("--") || next_is("~~")) {
        return fail("operations between classes are not supported");
      }
      INFERLAB_TRY(const CharSet low, class_item());
      const bool single = low.ranges().size() == 1 && low.ranges()[0].low == low.ranges()[0].high;
      if (next_is("-") && !next_is("-]") && at_ + 1 < text_.size()) {
        ++at_;
        INFERLAB_TRY(const CharSet high, class_item());
        const bool both =
            single && high.ranges().size() == 1 && high.ranges()[0].low == high.ranges()[0].high;
        if (!both) return fail("a class cannot be the end of a range");
        if (high.ranges()[0].low < low.ranges()[0].low) return fail("the range is empty");
        ranges.push_back({low.ranges()[0].low, high.ranges()[0].low});
      } else {
        ranges.insert(ranges.end(), low.ranges().begin(), low.ranges().end());
      }
    }
    ++at_;
    const CharSet set(std::move(ranges));
    return negated ? set.negated() : set;
  }

  Result<CharSet> class_item() {
    if (done()) return fail("\"]\" is missing");
    if (next_is("\\")) return escape(/*in_class=*/true);
    return CharSet::of(take());
  }

  /// At the backslash.
  Result<CharSet> escape(bool in_class) {
    ++at_;
    if (done()) return fail("the pattern ends in a backslash");
    const char c = text_[at_];
    if (const auto set = perl_class(c)) {
      ++at_;
      return *set;
    }
    if (c == 'p' || c == 'P') return category();
    if (c == 'x' || c == 'u' || c == 'U') return code_point();
    if (in_class && c == 'b') {
      ++at_;
      return CharSet::of('\b');
    }
    if (const auto control = control_escape(c)) {
      ++at_;
      if (c == '0' && number()) return fail("octal escapes are not supported");
      return CharSet::of(*control);
    }
    if (c == 'b' || c == 'B') return fail("word boundaries are not supported");
    if (c >= '1' && c <= '9') return fail("back-references are not supported");
    if ((c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z')) {
      return fail(fmt::format("\\{} is not supported", c));
    }
    return CharSet::of(take());
  }

  /// At "p" or "P": \pL, \p{Lu}, \P{L}.
  Result<CharSet> category() {
    bool negated = text_[at_++] == 'P';
    std::string_view name = text_.substr(at_, 1);
    if (skip("{")) {
      const std::size_t end = text_.find('}', at_);
      if (end == std::string_view::npos) return fail("\"}\" is missing");
      name = text_.substr(at_, end - at_);
      at_ = end + 1;
      if (name.starts_with('^')) {
        negated = !negated;
        name.remove_prefix(1);
      }
    } else {
      at_ += name.size();
    }
    const auto set = unicode_category(name);
    if (!set) return fail(fmt::format("no general category is called {}", printable(name)));
    return negated ? set->negated() : *set;
  }

  /// At "x", "u" or "U": \x41, \x{1F600}, \u0041, \u{1F600}, \U0001F600.
  Result<CharSet> code_point() {
    const char kind = text_[at_++];
    const bool braces = skip("{");
    const std::size_t wanted = kind == 'x' ? 2 : kind == 'u' ? 4 : 8;
    std::size_t digits = 0;
    char32_t value = 0;
    while (!done() && (braces || digits < wanted)) {
      constexpr std::string_view kDigits = "0123456789abcdef";
      const char c = text_[at_];
      const auto lower = static_cast<char>(c >= 'A' && c <= 'F' ? c + ('a' - 'A') : c);
      const std::size_t digit = kDigits.find(lower);
      if (digit == std::string_view::npos || value > kMaxChar) break;
      value = value * 16 + static_cast<char32_t>(digit);
      ++digits;
      ++at_;
    }
    const bool whole = braces ? digits > 0 && skip("}") : digits == wanted;
    CharSet set = CharSet({{value, value}});
    if (!whole || set.empty()) return fail("the escape names no character");
    return set;
  }

  std::string_view text_;
  std::string_view where_;
  std::size_t at_ = 0;
  Regex out_;
};

}  // namespace

Result<Regex> parse_regex(std::string_view pattern, std::string_view where) {
  return Parser(pattern, where).run();
}

}  // namespace inferlab::structured
