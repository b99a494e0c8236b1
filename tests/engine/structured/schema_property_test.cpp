// Whatever the masks let a random model say satisfies the schema, as an independent validator has
// it; and random documents that satisfy it are let through, in whatever tokens.
#include <algorithm>
#include <catch2/catch.hpp>
#include <nlohmann/json.hpp>
#include <string>

#include "engine/structured/grammar.h"
#include "random_document.h"
#include "schemas.h"
#include "validator.h"
#include "vocabularies.h"

namespace inferlab {
namespace {

using structured::Grammar;
using structured::StructuredSpec;
using Json = nlohmann::json;

std::shared_ptr<const Grammar> compile(std::string_view schema, const test::Trie& trie,
                                       bool any_whitespace = true) {
  const StructuredSpec spec{.kind = StructuredSpec::Kind::kJsonSchema,
                            .text = std::string(schema),
                            .any_whitespace = any_whitespace};
  auto grammar = Grammar::compile(spec, trie);
  INFO(schema);
  if (!grammar) FAIL(grammar.error().message);
  return *grammar;
}

void check_random_answers(const test::Trie& trie, std::string_view name, int rounds,
                          int check_masks_every) {
  Rng rng(7, "structured", name);
  for (const std::string_view schema : test::kSchemas) {
    const Json parsed = Json::parse(schema);
    for (const bool any_whitespace : {true, false}) {
      const auto grammar = compile(schema, trie, any_whitespace);
      for (int round = 0; round < rounds; ++round) {
        std::string error;
        const std::string text =
            test::random_answer(grammar, rng, round % check_masks_every == 0, error);
        CAPTURE(schema, text, any_whitespace, round);
        REQUIRE(error.empty());
        const Json value = Json::parse(text, nullptr, false);
        REQUIRE_FALSE(value.is_discarded());
        REQUIRE(test::why_invalid(parsed, value, parsed).empty());
      }
    }
  }
}

TEST_CASE("structured: random answers in bytes satisfy their schemas", "[seeds]") {
  check_random_answers(test::byte_vocabulary(), "bytes", 30, 10);
}

TEST_CASE("structured: random answers in JSON's own tokens satisfy their schemas", "[seeds]") {
  check_random_answers(test::json_vocabulary(), "json", 60, 6);
}

TEST_CASE("structured: random answers in the model's tokens satisfy their schemas", "[seeds]") {
  check_random_answers(test::model_vocabulary(), "model", 20, 20);
}

TEST_CASE("structured: random answers in SentencePiece tokens satisfy their schemas", "[seeds]") {
  check_random_answers(test::sentence_piece_vocabulary(), "sentence_piece", 20, 10);
}

TEST_CASE("structured: random documents that satisfy a schema are accepted", "[seeds]") {
  const test::Trie json = test::json_vocabulary();
  const Tokenizer& tokenizer = test::model_tokenizer();
  const test::Trie model = test::model_vocabulary();
  Rng rng(7, "structured", "documents");
  for (const std::string_view schema : test::kSchemas) {
    const Json parsed = Json::parse(schema);
    const auto grammar = compile(schema, json);
    const auto model_grammar = compile(schema, model);
    int accepted = 0;
    for (int round = 0; round < 60; ++round) {
      const auto document = test::random_document(schema, rng);
      CAPTURE(schema, document.dump());
      // What the generator makes is not always valid: the validator says.
      if (!test::why_invalid(parsed, Json(document), parsed, /*strict=*/true).empty()) continue;
      const std::string text = test::random_spelling(document, rng);
      CAPTURE(text);
      REQUIRE(test::matches(grammar, text, rng));
      structured::TokenMatcher matcher(model_grammar);
      for (const TokenId id : tokenizer.encode(text, {.add_special = false})) {
        REQUIRE(matcher.accept(id));
      }
      REQUIRE(matcher.is_complete());
      ++accepted;
    }
    CAPTURE(schema);
    CHECK(accepted > 5);
  }
}

// The other way round: a text of which a little was changed is accepted only if it is valid.
TEST_CASE("structured: changed documents are accepted only if they are valid", "[seeds]") {
  const test::Trie trie = test::json_vocabulary();
  Rng rng(7, "structured", "changed");
  constexpr std::string_view kMarks = "{}[]\",:0123456789.-e+ \\tfnabx";
  int refused = 0;
  for (const std::string_view schema : test::kSchemas) {
    const Json parsed = Json::parse(schema);
    const auto grammar = compile(schema, trie);
    for (int round = 0; round < 150; ++round) {
      std::string text = test::random_spelling(test::random_document(schema, rng), rng);
      for (std::uint64_t changes = 1 + rng.below(3); changes > 0; --changes) {
        const std::size_t at = rng.below(text.size() + 1);
        if (rng.below(2) == 0) {
          text.insert(at, 1, kMarks[rng.below(kMarks.size())]);
        } else if (at < text.size()) {
          text.erase(at, 1);
        }
      }
      CAPTURE(schema, text);
      if (!test::matches(grammar, text, rng)) {
        ++refused;
        continue;
      }
      const Json value = Json::parse(text, nullptr, false);
      REQUIRE_FALSE(value.is_discarded());
      REQUIRE(test::why_invalid(parsed, value, parsed).empty());
    }
  }
  CHECK(refused > 500);
}

}  // namespace
}  // namespace inferlab
