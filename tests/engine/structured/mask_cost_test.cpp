// What a mask costs, printed: run by hand with a GGUF file of a real vocabulary,
//     INFERLAB_VOCABULARY=vocab.gguf build/test_engine_structured "[measure]"
#include <fmt/format.h>

#include <algorithm>
#include <catch2/catch.hpp>
#include <cstdlib>
#include <ctime>
#include <string>
#include <vector>

#include "engine/formats/gguf.h"
#include "engine/structured/grammar.h"

namespace inferlab {
namespace {

using structured::Grammar;
using structured::StructuredSpec;
using structured::TokenMatcher;
using structured::TokenTrie;
using Kind = StructuredSpec::Kind;

/// Of this thread on a processor: other load on the machine does not count.
double now_us() {
  timespec now{};
  clock_gettime(CLOCK_THREAD_CPUTIME_ID, &now);
  return static_cast<double>(now.tv_sec) * 1e6 + static_cast<double>(now.tv_nsec) / 1e3;
}
double microseconds_since(double begin) {
  return now_us() - begin;
}

struct Costs {
  std::vector<double> masks;    // microseconds
  std::vector<double> accepts;  // of a token
};

Costs walk(const std::shared_ptr<const Grammar>& grammar, const std::vector<TokenId>& ids) {
  Costs costs;
  TokenMatcher matcher(grammar);
  std::vector<std::uint32_t> mask(grammar->trie().num_words());
  for (const TokenId id : ids) {
    auto begin = now_us();
    REQUIRE(matcher.fill_mask(mask).has_value());
    costs.masks.push_back(microseconds_since(begin));
    begin = now_us();
    REQUIRE(matcher.accept(id));
    costs.accepts.push_back(microseconds_since(begin));
  }
  REQUIRE(matcher.is_complete());
  return costs;
}

std::string summary(std::vector<double> values) {
  std::ranges::sort(values);
  double sum = 0;
  for (const double value : values) sum += value;
  return fmt::format("mean {:.1f} median {:.1f} max {:.1f}",
                     sum / static_cast<double>(values.size()), values[values.size() / 2],
                     values.back());
}

TEST_CASE("structured: what a mask costs", "[.][measure]") {
  const char* const named = std::getenv("INFERLAB_VOCABULARY");
  const auto file = GgufFile::open(
      named != nullptr ? named : INFERLAB_SOURCE_DIR "/assets/model/inferlab-tiny.gguf");
  REQUIRE(file.has_value());
  const auto tokenizer = Tokenizer::load(*file);
  REQUIRE(tokenizer.has_value());
  auto begin = now_us();
  const auto trie = TokenTrie::build(*tokenizer);
  fmt::print("{} tokens, {} nodes, longest {} bytes: trie built in {:.0f} us\n", trie->num_tokens(),
             trie->nodes().size(), trie->longest_bytes(), microseconds_since(begin));
  struct Row {
    const char* name;
    StructuredSpec spec;
    std::string text;
  };
  const std::string object =
      R"({"name": "Ada Lovelace", "age": 36, "tags": ["mathematics", "engines"], "born": )"
      R"("1815-12-10", "address": {"street": "12 St James's Square", "city": "London"}, "score": 9.75})";
  const std::string schema = R"({"type": "object", "properties": {"name": {"type": "string"},
      "age": {"type": "integer", "minimum": 0, "maximum": 150}, "tags": {"type": "array", "items":
      {"type": "string", "maxLength": 40}}, "born": {"type": "string", "format": "date"}, "address":
      {"type": "object", "properties": {"street": {"type": "string"}, "city": {"type": "string"}},
      "required": ["street", "city"]}, "score": {"type": "number", "minimum": 0, "maximum": 10}},
      "required": ["name", "age", "tags", "born", "address", "score"]})";
  const Row rows[] = {
      {"any JSON object", {.kind = Kind::kJsonObject}, object},
      {"JSON schema", {.kind = Kind::kJsonSchema, .text = schema}, object},
      {"string of 10 to 5000",
       {.kind = Kind::kJsonSchema,
        .text = R"({"type": "string", "minLength": 10, "maxLength": 5000})"},
       "\"It was the best of times, it was the worst of times, it was the age of wisdom\""},
      {"regex, words",
       {.kind = Kind::kRegex, .text = R"((\w+[ ,.]+){5,60})"},
       "It was the best of times, it was the worst of times. "},
      {"regex, 2^40 states",
       {.kind = Kind::kRegex, .text = "(a|b)*a(a|b){40}"},
       "abababab" + std::string(41, 'a')},
  };
  for (const Row& row : rows) {
    begin = now_us();
    const auto grammar = Grammar::compile(row.spec, trie);
    REQUIRE(grammar.has_value());
    fmt::print("{}: compiled in {:.0f} us, {} states\n", row.name, microseconds_since(begin),
               (*grammar)->network().states.size());
    const std::vector<TokenId> ids = tokenizer->encode(row.text, {.add_special = false});
    for (const char* const when : {"first", "again"}) {
      const Costs costs = walk(*grammar, ids);
      fmt::print("  {} {} tokens, us: mask {}; accept {}\n", when, ids.size(), summary(costs.masks),
                 summary(costs.accepts));
    }
    fmt::print("  {} KiB with its masks\n", (*grammar)->memory_bytes() / 1024);
  }
}

}  // namespace
}  // namespace inferlab
