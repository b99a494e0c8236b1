#include <catch2/catch.hpp>
#include <string>
#include <thread>
#include <vector>

#include "engine/structured/grammar.h"
#include "vocabularies.h"

namespace inferlab {
namespace {

using structured::Grammar;
using structured::GrammarOptions;
using structured::StructuredSpec;
using structured::TokenMatcher;
using structured::TokenTrie;
using Kind = StructuredSpec::Kind;

std::shared_ptr<const Grammar> compile(Kind kind, std::string text, const test::Trie& trie,
                                       GrammarOptions options = {}) {
  auto grammar = Grammar::compile({.kind = kind, .text = std::move(text)}, trie, options);
  if (!grammar) FAIL(grammar.error().message);
  return *grammar;
}

/// The allowed tokens as text, in the order of their ids; "<ID>" for those without.
std::string allowed(TokenMatcher& matcher, const TokenTrie& trie) {
  const auto mask = test::mask_of(matcher, trie);
  std::string result;
  for (TokenId id = 0; id < trie.num_tokens(); ++id) {
    if (!test::allows(mask, id)) continue;
    if (!result.empty()) result += ' ';
    result += trie.bytes(id).empty() ? "<" + std::to_string(id) + ">" : std::string(trie.bytes(id));
  }
  return result;
}

test::Trie small_vocabulary() {
  return TokenTrie::build(
      {"", "y", "ye", "yes", "s", "no", "n", "o", "\"", "\":", "e", "es!", "<x>"}, {0, 12});
}

TEST_CASE("TokenMatcher: tokens that fit, end tokens where the text is complete, nothing else") {
  const test::Trie trie = small_vocabulary();
  StructuredSpec spec{.kind = Kind::kChoice, .choices = {"yes", "no", "yessy"}};
  const auto grammar = Grammar::compile(spec, trie);
  REQUIRE(grammar.has_value());
  TokenMatcher matcher(*grammar);
  CHECK(allowed(matcher, *trie) == "y ye yes no n");
  CHECK_FALSE(matcher.accept(0));
  CHECK_FALSE(matcher.accept(4));
  CHECK_FALSE(matcher.accept(-1));
  CHECK_FALSE(matcher.accept(1000));
  REQUIRE(matcher.accept(2));
  CHECK(allowed(matcher, *trie) == "s");
  CHECK(matcher.forced_bytes(10) == "s");
  REQUIRE(matcher.accept(4));
  CHECK(matcher.is_complete());
  CHECK_FALSE(matcher.must_end());
  CHECK(matcher.forced_bytes(10).empty());
  CHECK(allowed(matcher, *trie) == "<0> s <12>");
  matcher.rollback(2);
  CHECK(allowed(matcher, *trie) == "y ye yes no n");
  REQUIRE(matcher.accept(5));
  CHECK(matcher.must_end());
  CHECK(allowed(matcher, *trie) == "<0> <12>");
  REQUIRE(matcher.accept(12));
  CHECK(matcher.is_finished());
  CHECK_FALSE(matcher.accept(0));
  matcher.rollback(1);
  CHECK_FALSE(matcher.is_finished());
  CHECK(matcher.is_complete());
}

TEST_CASE("TokenMatcher: what must follow is known in advance") {
  const auto grammar = compile(Kind::kJsonSchema,
                               R"({"type": "object", "properties": {"longName": {"const": "é!"}},
                                   "required": ["longName"]})",
                               test::json_vocabulary());
  TokenMatcher matcher(grammar);
  CHECK(matcher.forced_bytes(100) == "{");
  CHECK(matcher.accept('{'));
  CHECK(matcher.forced_bytes(100).empty());  // whitespace, or the name
  CHECK(matcher.accept('"'));
  CHECK(matcher.forced_bytes(100) == "longName\"");
  CHECK(matcher.forced_bytes(4) == "long");

  StructuredSpec spec{.kind = Kind::kJsonSchema,
                      .text = R"({"properties": {"a": {"const": "é"}}, "required": ["a"],
                                  "type": "object"})",
                      .any_whitespace = false};
  TokenMatcher compact(*Grammar::compile(spec, test::json_vocabulary()));
  CHECK(compact.forced_bytes(100) == "{\"a\": \"é\"}");
}

TEST_CASE("TokenMatcher: rollback gives the same masks again", "[seeds]") {
  const test::Trie trie = test::json_vocabulary();
  const auto grammar = compile(Kind::kJsonSchema, "{}", trie);
  Rng rng(7, "structured", "rollback");
  for (int round = 0; round < 30; ++round) {
    TokenMatcher matcher(grammar);
    std::vector<std::vector<std::uint32_t>> masks;
    for (int step = 0; step < 100 && !matcher.is_finished(); ++step) {
      const auto mask = test::mask_of(matcher, *trie);
      if (masks.size() == matcher.num_rollback()) masks.push_back(mask);
      REQUIRE(mask == masks[matcher.num_rollback()]);
      if (matcher.num_rollback() > 0 && rng.below(5) == 0) {
        const std::uint64_t count = 1 + rng.below(std::min<std::size_t>(matcher.num_rollback(), 8));
        matcher.rollback(count);
        REQUIRE(test::mask_of(matcher, *trie) == masks[matcher.num_rollback()]);
      }
      masks.resize(matcher.num_rollback() + 1);
      std::vector<TokenId> ids;
      for (TokenId id = 0; id < trie->num_tokens(); ++id) {
        if (test::allows(masks.back(), id) && !trie->is_end(id)) ids.push_back(id);
      }
      if (ids.empty()) break;
      REQUIRE(matcher.accept(ids[rng.below(ids.size())]));
    }
  }
}

TEST_CASE("TokenMatcher: half characters are never dead ends") {
  const test::Trie trie = test::byte_vocabulary();
  const auto grammar = compile(Kind::kRegex, "[é日]|[😀-😄]x", trie);
  TokenMatcher matcher(grammar);
  std::string first;
  const auto mask = test::mask_of(matcher, *trie);
  for (TokenId id = 0; id < 256; ++id) {
    if (test::allows(mask, id)) first += static_cast<char>(id);
  }
  CHECK(first == "\xc3\xe6\xf0");
  for (const int byte : {0xf0, 0x9f, 0x98}) REQUIRE(matcher.accept(byte));
  CHECK_FALSE(matcher.accept(0x7f));
  CHECK_FALSE(matcher.accept(0x85));  // U+1F605
  CHECK(matcher.accept(0x84));
  CHECK(matcher.accept('x'));
  CHECK(matcher.must_end());
}

TEST_CASE("TokenMatcher: deep nesting and long answers") {
  const test::Trie trie = test::json_vocabulary();
  const auto grammar = compile(Kind::kJsonSchema, "{}", trie);
  TokenMatcher deep(grammar);
  constexpr int kDepth = 20'000;
  for (int i = 0; i < kDepth; ++i) REQUIRE(deep.accept('['));
  CHECK(test::first_wrong_bit(deep, *trie) == -1);
  for (int i = 0; i < kDepth; ++i) {
    REQUIRE_FALSE(deep.is_complete());
    REQUIRE(deep.accept(']'));
  }
  CHECK(deep.must_end());

  TokenMatcher many(grammar);
  REQUIRE(many.accept('['));
  for (int i = 0; i < 30'000; ++i) {
    for (const char c : std::string("{\"k\":[1,\"x\"]},")) REQUIRE(many.accept(c));
  }
  CHECK(test::first_wrong_bit(many, *trie) == -1);
  many.rollback(TokenMatcher::kMaxRollback);
  CHECK(test::first_wrong_bit(many, *trie) == -1);
}

TEST_CASE("TokenMatcher: counted strings are exact up to their ends") {
  const test::Trie trie = test::json_vocabulary();
  const auto grammar =
      compile(Kind::kJsonSchema, R"({"type": "string", "minLength": 150, "maxLength": 300})", trie);
  for (const int length : {0, 79, 80, 149, 150, 151, 200, 229, 230, 231, 299, 300}) {
    TokenMatcher matcher(grammar);
    REQUIRE(matcher.accept('"'));
    for (int i = 0; i < length; ++i) REQUIRE(matcher.accept('a'));
    CAPTURE(length);
    CHECK(test::first_wrong_bit(matcher, *trie) == -1);
    CHECK(matcher.accept('"') == (length >= 150));
  }
}

TEST_CASE("Grammar: masks do not depend on what is cached") {
  const test::Trie trie = test::json_vocabulary();
  const auto cached = compile(Kind::kJsonSchema, "{}", trie);
  const auto small = compile(Kind::kJsonSchema, "{}", trie, {.mask_cache_bytes = 2000});
  const auto none = compile(Kind::kJsonSchema, "{}", trie, {.mask_cache_bytes = 0});
  const std::size_t before = small->memory_bytes();
  TokenMatcher a(cached);
  TokenMatcher b(small);
  TokenMatcher c(none);
  const std::string text = R"({"a": [1, {"b": "x\u00e9y"}, [[[true]]]], "c": null})";
  for (const char byte : text) {
    REQUIRE(test::mask_of(a, *trie) == test::mask_of(b, *trie));
    REQUIRE(test::mask_of(a, *trie) == test::mask_of(c, *trie));
    for (TokenMatcher* matcher : {&a, &b, &c}) REQUIRE(matcher->accept(byte));
  }
  CHECK(small->memory_bytes() <= before + 2000);
  CHECK(cached->memory_bytes() > before);
}

TEST_CASE("Grammar: several threads share one") {
  const test::Trie trie = test::json_vocabulary();
  const auto grammar = compile(Kind::kJsonSchema, "{}", trie, {.mask_cache_bytes = 50'000});
  std::vector<std::string> errors(4);
  std::vector<std::thread> threads;
  for (std::size_t i = 0; i < errors.size(); ++i) {
    threads.emplace_back([&, i] {
      Rng rng(i, "structured", "thread");
      for (int round = 0; round < 20 && errors[i].empty(); ++round) {
        test::random_answer(grammar, rng, round % 10 == 0, errors[i]);
      }
    });
  }
  for (std::thread& thread : threads) thread.join();
  for (const std::string& error : errors) CHECK(error.empty());
}

TEST_CASE("Grammar: what would cost too much at one place is told, not done") {
  const test::Trie trie = test::json_vocabulary();
  const auto grammar = compile(Kind::kRegex, "(a|b|ab|ba)*a(a|b){40}", trie, {.max_work = 50});
  TokenMatcher matcher(grammar);
  std::vector<std::uint32_t> mask(trie->num_words(), 1);
  const auto filled = matcher.fill_mask(mask);
  REQUIRE_FALSE(filled.has_value());
  CHECK(filled.error().kind == ErrorKind::kExhausted);
  CHECK(std::ranges::count(mask, 0U) == static_cast<std::ptrdiff_t>(mask.size()));
}

TEST_CASE("TokenTrie: control tokens and ends are no text, equal tokens are all allowed") {
  const test::Trie trie = test::model_vocabulary();
  const Tokenizer& tokenizer = test::model_tokenizer();
  CHECK(trie->num_tokens() == tokenizer.size());
  for (TokenId id = 0; id < tokenizer.size(); ++id) {
    if (tokenizer.is_end(id) || tokenizer.token_kind(id) == TokenKind::kControl) {
      CHECK(trie->bytes(id).empty());
    }
  }
  CHECK_FALSE(trie->ends().empty());
  const test::Trie twice = TokenTrie::build({"a", "b", "a", "ab", ""}, {4});
  const auto grammar = compile(Kind::kRegex, "ab?", twice);
  TokenMatcher matcher(grammar);
  CHECK(allowed(matcher, *twice) == "a a ab");
}

}  // namespace
}  // namespace inferlab
