// What schemas, regular expressions and grammars admit: the text files beside this one.
#include <catch2/catch.hpp>
#include <string>

#include "case_file.h"
#include "engine/structured/grammar.h"
#include "vocabularies.h"

namespace inferlab {
namespace {

using structured::Grammar;
using structured::StructuredSpec;

void run_cases(const std::string& file, const std::string& word, StructuredSpec::Kind kind) {
  const test::Trie trie = test::json_vocabulary();
  Rng rng(7, "structured", file);
  int texts = 0;
  for (const test::TextCase& text_case : test::read_cases(file)) {
    INFO(file << ":" << text_case.line << ": " << text_case.parts[0].second);
    REQUIRE(text_case.parts[0].first == word);
    StructuredSpec spec{.kind = kind, .text = text_case.parts[0].second, .place = word};
    auto grammar = Grammar::compile(spec, trie);
    for (std::size_t i = 1; i < text_case.parts.size(); ++i) {
      const auto& [what, text] = text_case.parts[i];
      INFO(what << " " << text);
      if (what == "refused") {
        REQUIRE_FALSE(grammar.has_value());
        CHECK(grammar.error().kind == ErrorKind::kInvalid);
        CHECK(grammar.error().message == text);
        continue;
      }
      if (what == "compact") {
        spec.any_whitespace = false;
        grammar = Grammar::compile(spec, trie);
        continue;
      }
      if (!grammar) FAIL(grammar.error().message);
      REQUIRE((what == "yes" || what == "no"));
      // Several times: each time other tokens.
      for (int round = 0; round < 4; ++round) {
        CHECK(test::matches(*grammar, text, rng) == (what == "yes"));
      }
      ++texts;
    }
  }
  CHECK(texts > 10);
}

TEST_CASE("structured: what JSON schemas admit") {
  run_cases("schema_cases.txt", "schema", StructuredSpec::Kind::kJsonSchema);
}

TEST_CASE("structured: what regular expressions admit") {
  run_cases("regex_cases.txt", "regex", StructuredSpec::Kind::kRegex);
}

TEST_CASE("structured: what grammars admit") {
  run_cases("grammar_cases.txt", "grammar", StructuredSpec::Kind::kGrammar);
}

}  // namespace
}  // namespace inferlab
