// Random regular expressions against RE2, both ways: what the masks let through matches, and what
// matches is let through.
#include <re2/re2.h>

#include <catch2/catch.hpp>
#include <string>

#include "../tokenizer/random_text.h"
#include "engine/structured/grammar.h"
#include "engine/tokenizer/utf8.h"
#include "vocabularies.h"

namespace inferlab {
namespace {

using structured::Grammar;
using structured::StructuredSpec;

class PatternGenerator {
 public:
  explicit PatternGenerator(Rng& rng) : rng_(rng) {}

  std::string pattern(int depth) {
    std::string result = term(depth);
    for (std::uint64_t n = rng_.below(4); n > 0; --n)
      result += (one_in(4) ? "|" : "") + term(depth);
    return result;
  }

 private:
  bool one_in(std::uint64_t n) { return rng_.below(n) == 0; }

  std::string term(int depth) {
    std::string result = atom(depth);
    if (result == "^" || result == "$" || !one_in(3)) return result;
    constexpr std::string_view kRepeats[] = {"*", "+", "?", "{2}", "{1,3}", "{0,2}", "{2,}", "*?"};
    return result + std::string(kRepeats[rng_.below(8)]);
  }

  std::string atom(int depth) {
    constexpr std::string_view kAtoms[] = {
        "a",     "b",   "ab",     "é",       "\\d", "\\w", "\\s",    "[a-c]", "[^ab]",      ".",
        "[é-ü]", "\\.", "[\\da]", "\\p{Lu}", "😀",   "\\D", "[^\\n]", "[α-ω]", "\\x{1F600}", "-"};
    if (depth < 3 && one_in(4)) return "(" + pattern(depth + 1) + ")";
    if (one_in(20)) return one_in(2) ? "^" : "$";
    const std::string_view atom = kAtoms[rng_.below(std::size(kAtoms))];
    return atom == "ab" ? "(?:ab)" : std::string(atom);
  }

  Rng& rng_;
};

std::string random_candidate(Rng& rng) {
  constexpr std::string_view kPieces[] = {"a", "b", "c", "ab", "é", "ü", "1", "9", " ", "\n",
                                          ".", "-", "A", "É",  "α", "ω", "😀", "_", "z", "0"};
  std::string text;
  for (std::uint64_t n = rng.below(7); n > 0; --n) text += kPieces[rng.below(std::size(kPieces))];
  return text;
}

TEST_CASE("structured: regular expressions mean what RE2 takes them to mean", "[seeds]") {
  const test::Trie trie =
      test::byte_vocabulary({"ab", "a1", " b", "\xc3", "\xa9z", "\x9f\x98", "zz"});
  Rng rng(7, "structured", "regex");
  RE2::Options options;
  options.set_log_errors(false);
  int compiled = 0;
  int matched = 0;
  for (int round = 0; round < 1500; ++round) {
    const std::string pattern = PatternGenerator(rng).pattern(0);
    CAPTURE(pattern);
    const RE2 expected(pattern, options);
    if (!expected.ok()) continue;
    const StructuredSpec spec{.kind = StructuredSpec::Kind::kRegex, .text = pattern};
    const auto grammar = Grammar::compile(spec, trie);
    if (!grammar) {
      // Only a pattern that nothing matches: "a^b".
      REQUIRE(grammar.error().message == "structured_outputs: nothing can match it");
      for (int i = 0; i < 50; ++i) REQUIRE_FALSE(RE2::FullMatch(random_candidate(rng), expected));
      continue;
    }
    ++compiled;
    for (int i = 0; i < 12; ++i) {
      const std::string text = random_candidate(rng);
      CAPTURE(text);
      const bool match = RE2::FullMatch(text, expected);
      matched += match ? 1 : 0;
      REQUIRE(test::matches(*grammar, text, rng) == match);
    }
    for (int i = 0; i < 3; ++i) {
      std::string error;
      const std::string text = test::random_answer(*grammar, rng, round % 20 == 0, error);
      CAPTURE(text);
      // Endless ones are not waited for.
      if (error == "no end") continue;
      REQUIRE(error.empty());
      REQUIRE(is_valid_utf8(text));
      REQUIRE(RE2::FullMatch(text, expected));
    }
  }
  CHECK(compiled > 1000);
  CHECK(matched > 500);
}

}  // namespace
}  // namespace inferlab
