#include <algorithm>
#include <catch2/catch.hpp>
#include <nlohmann/json.hpp>
#include <set>

#include "tests/engine/serve/test_engine.h"

// A model that talks nonsense says what is asked for all the same.
namespace inferlab {
namespace {

using structured::StructuredSpec;
using testing::generate;
using testing::Outcome;
using testing::TestEngine;

GenerationRequest request_for(const Engine& engine, const StructuredSpec& spec, float temperature,
                              std::uint64_t seed) {
  GenerationRequest request;
  request.name = "test";
  request.prompt = engine.tokenize("Say it:");
  request.max_tokens = 150;
  request.sampling.temperature = temperature;
  request.sampling.seed = seed;
  request.has_seed = true;
  const auto grammar = engine.grammar(spec);
  REQUIRE(grammar);
  request.grammar = *grammar;
  return request;
}

StructuredSpec schema(std::string text) {
  return {
      .kind = StructuredSpec::Kind::kJsonSchema, .text = std::move(text), .any_whitespace = false};
}

}  // namespace

TEST_CASE("Engine: an answer is one of the choices") {
  TestEngine test;
  const StructuredSpec spec{.kind = StructuredSpec::Kind::kChoice,
                            .choices = {"cordon", "drain", "uncordon the node"}};
  std::set<std::string> seen;
  for (std::uint64_t seed = 0; seed < 30; ++seed) {
    const Outcome outcome = generate(*test.engine, request_for(*test.engine, spec, 1.5F, seed));
    CHECK(outcome.result.finish_reason == FinishReason::kStop);
    CHECK(std::ranges::count(spec.choices, outcome.text) == 1);
    seen.insert(outcome.text);
  }
  CHECK(seen.size() == 3);
}

TEST_CASE("Engine: an answer matches the expression, also where it must end early or late") {
  TestEngine test;
  const StructuredSpec spec{.kind = StructuredSpec::Kind::kRegex, .text = "[0-9]{3}-[a-f]{2}"};
  GenerationRequest request = request_for(*test.engine, spec, 1, 3);
  request.min_tokens = 100;   // the expression ends sooner
  request.ignore_eos = true;  // and says so
  const Outcome outcome = generate(*test.engine, request);
  INFO(outcome.text);
  CHECK(outcome.result.finish_reason == FinishReason::kStop);
  CHECK(outcome.text.size() == 6);
  CHECK(outcome.text[3] == '-');
  CHECK(outcome.text.find_first_not_of("0123456789-abcdef") == std::string::npos);
}

TEST_CASE("Engine: a schema's answers parse, and guessing changes none of them") {
  const StructuredSpec spec = schema(
      R"({"type": "object", "properties": {"node": {"type": "string", "maxLength": 8},
          "gpus": {"type": "integer", "minimum": 1, "maximum": 8}, "ready": {"type": "boolean"}},
          "required": ["node", "gpus", "ready"]})");
  TestEngine plain;
  ServeOptions options;
  options.speculative_config = {
      .num_speculative_tokens = 4, .prompt_lookup_max = 3, .prompt_lookup_min = 1};
  options.max_num_batched_tokens = 40;
  options.max_num_seqs = 8;
  TestEngine guessing(options);
  for (std::uint64_t seed = 0; seed < 12; ++seed) {
    const Outcome outcome = generate(*plain.engine, request_for(*plain.engine, spec, 1, seed));
    INFO(outcome.text);
    CHECK(outcome.result.finish_reason == FinishReason::kStop);
    const nlohmann::json answer = nlohmann::json::parse(outcome.text);
    CHECK(answer.size() == 3);
    CHECK(answer["node"].is_string());
    CHECK(answer["gpus"].get<int>() >= 1);
    CHECK(answer["gpus"].get<int>() <= 8);
    CHECK(answer["ready"].is_boolean());
    const Outcome same = generate(*guessing.engine, request_for(*guessing.engine, spec, 1, seed));
    CHECK(same.tokens == outcome.tokens);
  }
  CHECK(guessing.engine->stats().scheduler.num_draft_tokens_total > 0);
}

TEST_CASE("Engine: what cannot be made a grammar is refused by name") {
  TestEngine test;
  const auto error = test.engine->grammar(schema(R"({"not": {}})"));
  REQUIRE_FALSE(error);
  CHECK(error.error().kind == ErrorKind::kInvalid);
  CHECK(error.error().message.find("not") != std::string::npos);
  // The same spec is compiled once.
  const auto first = test.engine->grammar(schema("{}"));
  const auto second = test.engine->grammar(schema("{}"));
  REQUIRE(first);
  CHECK(*first == *second);
}

}  // namespace inferlab
