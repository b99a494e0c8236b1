#include <catch2/catch.hpp>
#include <string>

#include "engine/structured/structured_spec.h"

namespace inferlab {
namespace {

using structured::read_structured_spec;
using structured::StructuredSpec;
using Kind = StructuredSpec::Kind;

StructuredSpec spec_of(std::string_view body) {
  const auto spec = read_structured_spec(body);
  INFO(body);
  if (!spec) FAIL(spec.error().message);
  REQUIRE(spec->has_value());
  return **spec;
}

std::string refusal(std::string_view body) {
  const auto spec = read_structured_spec(body);
  return spec ? std::string("accepted") : spec.error().message;
}

TEST_CASE("read_structured_spec: vLLM's fields, OpenAI's and the older ones") {
  CHECK(spec_of(R"({"structured_outputs": {"regex": "a+"}})").kind == Kind::kRegex);
  CHECK(spec_of(R"({"structured_outputs": {"regex": "a+"}})").text == "a+");
  CHECK(spec_of(R"({"structured_outputs": {"choice": ["a", "b"]}})").choices ==
        std::vector<std::string>{"a", "b"});
  CHECK(spec_of(R"({"structured_outputs": {"grammar": "root ::= \"x\""}})").kind == Kind::kGrammar);
  CHECK(spec_of(R"({"structured_outputs": {"json_object": true}})").kind == Kind::kJsonObject);
  const auto schema = spec_of(
      R"({"structured_outputs": {"json": {"b": 1, "a": 2}, "disable_any_whitespace": true}})");
  CHECK(schema.kind == Kind::kJsonSchema);
  CHECK(schema.text == R"({"b":1,"a":2})");  // in the order of the request
  CHECK_FALSE(schema.any_whitespace);
  CHECK(schema.place == "structured_outputs.json");
  CHECK(spec_of(R"({"structured_outputs": {"json": "{\"a\": 1}"}})").text == "{\"a\": 1}");

  CHECK(spec_of(R"({"response_format": {"type": "json_object"}})").kind == Kind::kJsonObject);
  const auto format = spec_of(R"({"response_format": {"type": "json_schema", "json_schema":
      {"name": "n", "strict": true, "schema": {"type": "null"}}}})");
  CHECK(format.text == R"({"type":"null"})");
  CHECK(format.place == "response_format.json_schema.schema");

  CHECK(spec_of(R"({"guided_json": {"type": "null"}})").place == "guided_json");
  CHECK(spec_of(R"({"guided_regex": "a"})").kind == Kind::kRegex);
  CHECK(spec_of(R"({"guided_choice": ["a"]})").kind == Kind::kChoice);
  CHECK(spec_of(R"({"guided_grammar": "x"})").kind == Kind::kGrammar);
}

TEST_CASE("read_structured_spec: most requests ask for nothing") {
  for (const std::string_view body :
       {R"({"prompt": "x"})", R"({"response_format": {"type": "text"}})",
        R"({"response_format": null, "structured_outputs": null, "guided_json": null})",
        R"({"prompt": "guided_json"})", "not json at all"}) {
    const auto spec = read_structured_spec(body);
    REQUIRE(spec.has_value());
    CHECK_FALSE(spec->has_value());
  }
}

TEST_CASE("read_structured_spec: what cannot be honoured is refused by name") {
  CHECK(refusal(R"({"structured_outputs": {}})") == "structured_outputs: has no constraint");
  CHECK(refusal(R"({"structured_outputs": {"regex": "a", "json": {}}})") ==
        "structured_outputs: has more than one constraint");
  CHECK(refusal(R"({"structured_outputs": {"structural_tag": "x"}})") ==
        "structured_outputs.structural_tag: is not supported");
  CHECK(refusal(R"({"structured_outputs": {"json": {}, "whitespace_pattern": " "}})") ==
        "structured_outputs.whitespace_pattern: is not supported");
  CHECK(refusal(R"({"structured_outputs": {"regex": 5}})") ==
        "structured_outputs.regex: must be a string");
  CHECK(refusal(R"({"structured_outputs": {"choice": ["a", 5]}})") ==
        "structured_outputs.choice: must be an array of strings");
  CHECK(refusal(R"({"structured_outputs": {"json": 5}})") ==
        "structured_outputs.json: must be a schema, or a string that holds one");
  CHECK(refusal(R"({"structured_outputs": 5})") == "structured_outputs: must be an object");
  CHECK(refusal(R"({"response_format": {"type": "xml"}})") ==
        "response_format.type: \"xml\" is not supported");
  CHECK(refusal(R"({"response_format": {"type": "json_schema"}})") ==
        "response_format.json_schema.schema: is missing");
  CHECK(refusal(R"({"response_format": "json"})") ==
        "response_format: must be an object with a type");
  CHECK(refusal(R"({"guided_regex": "a", "response_format": {"type": "json_object"}})") ==
        "guided_regex: contradicts response_format");
  CHECK(refusal(R"({"guided_regex": )") == "body: is not JSON");
}

TEST_CASE("StructuredSpec: keys are equal for equal specs alone") {
  const StructuredSpec a{.kind = Kind::kChoice, .choices = {"a", "b"}};
  StructuredSpec b = a;
  b.place = "elsewhere";
  CHECK(a.key() == b.key());
  b.choices = {"a\n1:b"};
  CHECK(a.key() != b.key());
  StructuredSpec c{.kind = Kind::kJsonSchema, .text = "{}"};
  StructuredSpec d = c;
  d.any_whitespace = false;
  CHECK(c.key() != d.key());
  d = c;
  d.kind = Kind::kRegex;
  CHECK(c.key() != d.key());
}

}  // namespace
}  // namespace inferlab
