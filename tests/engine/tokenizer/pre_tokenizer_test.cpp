#include <catch2/catch.hpp>
#include <string>
#include <string_view>
#include <vector>

#include "engine/base/check.h"
#include "engine/tokenizer/split_rules.h"
#include "random_text.h"

namespace inferlab {
namespace {

using Words = std::vector<std::string_view>;

Words cut_by(std::string_view rule, std::string_view text) {
  const SplitRule* found = find_split_rule(rule);
  INFERLAB_CHECK(found != nullptr);
  return found->compile().split(text);
}

TEST_CASE("PreTokenizer: GPT-2 cuts words with their leading space") {
  const auto cut = [](std::string_view text) { return cut_by("gpt-2", text); };
  CHECK(cut("").empty());
  CHECK(cut("Hello world's 123 !!") == Words{"Hello", " world", "'s", " 123", " !!"});
  CHECK(cut("a  b") == Words{"a", " ", " b"});
  CHECK(cut("a \n b\n") == Words{"a", " \n", " b", "\n"});
  CHECK(cut("a\nb") == Words{"a", "\n", "b"});
  CHECK(cut("end   ") == Words{"end", "   "});
  CHECK(cut("I'LL we'll") == Words{"I", "'", "LL", " we", "'ll"});
  CHECK(cut("x\xc2\xa0y") == Words{"x", "\xc2\xa0", "y"});  // no-break space is white space
  CHECK(cut("\xc3\xa9t\xc3\xa9 \xe4\xb8\xad") == Words{"\xc3\xa9t\xc3\xa9", " \xe4\xb8\xad"});
}

TEST_CASE("PreTokenizer: Llama 3 cuts numbers in threes and keeps line ends together") {
  const auto cut = [](std::string_view text) { return cut_by("llama-bpe", text); };
  CHECK(cut("12345") == Words{"123", "45"});
  CHECK(cut("I'LL go") == Words{"I", "'LL", " go"});
  CHECK(cut("(word)") == Words{"(word", ")"});
  CHECK(cut("x);\n\ny") == Words{"x", ");\n\n", "y"});
  CHECK(cut("a \n\n  b") == Words{"a", " \n\n", " ", " b"});
  CHECK(cut("a\tb") == Words{"a", "\tb"});
  CHECK(cut("a 1") == Words{"a", " ", "1"});
}

TEST_CASE("PreTokenizer: Qwen 2 and StarCoder cut digits one by one") {
  CHECK(cut_by("qwen2", "a 123") == Words{"a", " ", "1", "2", "3"});
  CHECK(cut_by("starcoder", "a 12b") == Words{"a", " ", "1", "2", "b"});
}

TEST_CASE("PreTokenizer: the default rule cuts punctuation off and numbers in threes") {
  const auto cut = [](std::string_view text) { return cut_by("default", text); };
  CHECK(cut("it's 12345!") == Words{"it", "'", "s", " ", "123", "45", "!"});
  CHECK(cut("a += (b)") == Words{"a", " ", "+=", " ", "(", "b", ")"});
  CHECK(cut("x  y\nz") == Words{"x", " ", " y", "\n", "z"});
  // Arabic-Indic digits are numbers, but no [0-9].
  CHECK(cut("\xd9\xa1\xd9\xa2\xd9\xa3\xd9\xa4") == Words{"\xd9\xa1\xd9\xa2\xd9\xa3\xd9\xa4"});
}

TEST_CASE("PreTokenizer: the words put together are the text", "[seeds]") {
  Rng rng(3, "pre_tokenizer", "whole");
  for (int round = 0; round < 400; ++round) {
    const std::string text = test::random_text(rng, rng.below(50));
    for (const SplitRule& rule : split_rules()) {
      CAPTURE(rule.name);
      std::string joined;
      for (const std::string_view word : cut_by(rule.name, text)) {
        REQUIRE_FALSE(word.empty());
        joined += word;
      }
      REQUIRE(joined == text);
    }
  }
}

}  // namespace
}  // namespace inferlab
