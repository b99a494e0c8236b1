#include "engine/tokenizer/split_regex.h"

#include <array>
#include <catch2/catch.hpp>
#include <string>
#include <string_view>
#include <vector>

#include "engine/tokenizer/pre_tokenizer.h"

namespace inferlab {
namespace {

using Words = std::vector<std::string_view>;

PreTokenizer compiled(std::string_view pattern) {
  const std::array<std::string_view, 1> patterns = {pattern};
  auto result = PreTokenizer::compile(patterns);
  INFO((result ? std::string() : result.error().message));
  REQUIRE(result.has_value());
  return std::move(result).value();
}

Words cut(std::string_view pattern, std::string_view text) {
  return compiled(pattern).split(text);
}

std::string refusal(std::string_view pattern) {
  const std::array<std::string_view, 1> patterns = {pattern};
  const auto result = PreTokenizer::compile(patterns);
  return result ? std::string() : result.error().message;
}

TEST_CASE("SplitRegex: matches and what lies between them are the parts") {
  CHECK(cut("b+", "abbcb") == Words{"a", "bb", "c", "b"});
  CHECK(cut("x", "abc") == Words{"abc"});
  CHECK(cut("x", "").empty());
  // The first alternative that matches wins, however short.
  CHECK(cut("a|ab", "ab") == Words{"a", "b"});
  CHECK(cut("(?:ab|a)(?!c)", "abcab") == Words{"a", "bc", "ab"});
}

TEST_CASE("SplitRegex: repetition is greedy, lazy, counted and possessive") {
  CHECK(cut("a{2}", "aaaaa") == Words{"aa", "aa", "a"});
  CHECK(cut("a{2,3}", "aaaaaa") == Words{"aaa", "aaa"});
  CHECK(cut("a{,2}b", "aaab") == Words{"a", "aab"});
  CHECK(cut("a+?b?", "aab") == Words{"a", "ab"});
  CHECK(cut("a{x", "a{x") == Words{"a{x"});
  // Gives nothing back, so the b that it took is missing.
  CHECK(cut("[ab]++b", "abab") == Words{"abab"});
  CHECK(cut("[ab]?+c", "bc") == Words{"bc"});
  CHECK(cut("(?:a*)*b", "aab") == Words{"aab"});
}

TEST_CASE("SplitRegex: classes, properties and case") {
  CHECK(cut("[^\\s\\p{L}]+", "ab12 !c") == Words{"ab", "12", " ", "!", "c"});
  CHECK(cut("[a-c[x-z]-]+", "a-z d") == Words{"a-z", " d"});
  CHECK(cut("[]a]+", "]ab") == Words{"]a", "b"});
  CHECK(cut("[\\p{L}&&[^\\p{Han}]]+", "ab\xe4\xb8\xad") == Words{"ab", "\xe4\xb8\xad"});
  CHECK(cut("\\P{L}+", "a12b") == Words{"a", "12", "b"});
  CHECK(cut("\\p{^L}+", "a12b") == Words{"a", "12", "b"});
  CHECK(cut("\\x{e9}\\x61\\u00e9",
            "x\xc3\xa9"
            "a\xc3\xa9") == Words{"x",
                                  "\xc3\xa9"
                                  "a\xc3\xa9"});
  CHECK(cut("(?i:'s)|t", "'S'\xc5\xbf T") == Words{"'S", "'\xc5\xbf", " T"});  // the long s, too
  CHECK(cut("(?i)ab", "xAb") == Words{"x", "Ab"});
  CHECK(cut("\\w+", "a_1\xc2\xbd-") == Words{"a_1\xc2\xbd", "-"});
}

TEST_CASE("SplitRegex: what stands around is looked at, not taken") {
  CHECK(cut("\\s+(?!\\S)", "a   b  ") == Words{"a", "  ", " b", "  "});
  CHECK(cut("\\d{1,3}(?=(?:\\d{3})*\\b)", "1234567 89") == Words{"1", "234", "567", " ", "89"});
  CHECK(cut("(?=(\\d{3})+(?!\\d))", "12345678") == Words{"12", "345", "678"});
  CHECK(cut("^a|b$", "ab\nab\n") == Words{"a", "b", "\n", "a", "b", "\n"});
  CHECK(cut("\\ba\\b", "a aa a") == Words{"a", " aa ", "a"});
  CHECK(cut("\\Aa|a\\z|\\Bb", "aab") == Words{"a", "a", "b"});
}

TEST_CASE("SplitRegex: the same steps are equal however they are spelled") {
  CHECK(compiled("(?:\\r|\\n)[a-c]") == compiled("(\\x0d|\\x{a})[abc]"));
  CHECK(compiled("a{1,2}") == compiled("aa?"));
  CHECK_FALSE(compiled("a+") == compiled("a*"));
  CHECK(compiled("[^\\s]|\\s").matches_everything());
  CHECK_FALSE(compiled("[^\\s]|\\s(?=x)").matches_everything());
}

TEST_CASE("SplitRegex: what it does not know it refuses by name") {
  CHECK(refusal("(?<=a)b") == "(?<=a)b: at 1: this kind of group is not supported");
  CHECK(refusal("(a)\\1") == "(a)\\1: at 5: \\1 is not supported");
  CHECK(refusal("\\p{Greek}") == "\\p{Greek}: at 3: \\p{Greek} is not supported");
  CHECK(refusal("[[:alpha:]]") == "[[:alpha:]]: at 1: [:NAME:] is not supported");
  CHECK(refusal("a{2}+") == "a{2}+: at 4: {n,m} followed by + or ?");
  CHECK(refusal("(ab)++") == "(ab)++: at 6: possessive repetition of more than a character");
  CHECK(refusal("(a") == "(a: at 2: a group is not closed");
  CHECK(refusal("a)") == "a): at 1: ')' closes nothing");
  CHECK(refusal("[a") == "[a: at 2: a class is not closed");
  CHECK(refusal("[b-a]") == "[b-a]: at 4: a range is upside down");
  CHECK(refusal("*") == "*: at 0: nothing to repeat");
  CHECK(refusal("\\") == "\\: at 1: ends with a backslash");
  CHECK(refusal("\\x{110000}") == "\\x{110000}: at 10: this is no character's number");
  CHECK(refusal("((a{90}){90}){90}").ends_with("the expression is too large"));
  CHECK(refusal(std::string(40, '(')).ends_with("groups are nested too deeply"));
  CHECK(refusal(std::string(40, '[')).ends_with("classes are nested too deeply"));
}

TEST_CASE("SplitRegex: a megabyte takes no quadratic time, whatever the expression") {
  // With a backtracking matcher each of these would take hours: that they end is the test.
  const std::size_t size = 1 << 20;
  const std::string letters(size, 'a');
  const std::string digits(size, '1');
  const std::string spaces(size, ' ');
  CHECK(cut("(?:a*)*b", letters) == Words{letters});
  CHECK(cut("(?:a|a)*b", letters) == Words{letters});
  CHECK(cut("a*a*a*a*b", letters) == Words{letters});
  CHECK(cut("[ab]++c", letters) == Words{letters});
  CHECK(cut("\\s*[\\r\\n]+|\\s{4}(?!\\S)", spaces).size() == size / 4);
  CHECK(cut("\\d{1,3}(?=(?:\\d{3})*\\b)", digits).size() == size / 3 + 1);
  CHECK(cut("(?=(\\d{3})+(?!\\d))", digits).size() == size / 3 + 1);
}

}  // namespace
}  // namespace inferlab
