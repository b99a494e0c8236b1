#include <catch2/catch.hpp>

#include "sim/api/json.h"
#include "tests/sim/api/cel/cel_world.h"

namespace {

namespace cel = inferlab::sim::cel;
using inferlab::sim::Value;

Value json(std::string_view text) {
  return *inferlab::sim::parse_json(text);
}

}  // namespace

TEST_CASE("CEL values: a document is looked at, not copied") {
  const Value document = json(R"({"name": "a long enough text to have memory of its own"})");
  const cel::Val val = cel::from_value(document, {});
  const auto name = val.as_map().find(cel::Val::string("name"));
  REQUIRE(name);
  CHECK(name->as_string().data() == document["name"].as_string().data());
}

TEST_CASE("CEL values: the schema says what a text or number is") {
  const cel::Type type = *cel::schema_type(json(R"({"type": "object", "properties": {
      "when": {"type": "string", "format": "date"}, "data": {"type": "string", "format": "byte"},
      "ratio": {"type": "number"}, "a.b": {"type": "boolean"}}})"),
                                           "self");
  const cel::Val val = cel::from_value(
      json(R"({"when": "2024-01-02", "data": "aGk=", "ratio": 3, "a.b": true})"), type);
  const auto at = [&](const char* name) { return *val.as_map().find(cel::Val::string(name)); };
  CHECK(cel::show(at("when")) == R"(timestamp("2024-01-02T00:00:00Z"))");
  CHECK(cel::show(at("data")) == R"(b"hi")");
  CHECK(cel::show(at("ratio")) == "3.0");
  CHECK(cel::show(at("a__dot__b")) == "true");
  CHECK_FALSE(val.as_map().find(cel::Val::string("a.b")));
}

TEST_CASE("CEL values: what does not fit its type is an error where it is met") {
  const cel::Val val = cel::from_value(json(R"("x")"), cel::Type(cel::Type::Kind::kInt));
  REQUIRE(val.is_error());
  CHECK(val.error_text() == "invalid data, expected int, got string");
}

TEST_CASE("CEL values: a schema without a type has no CEL type; a resource has its name") {
  CHECK_FALSE(cel::schema_type(json("{}"), "self"));
  CHECK_FALSE(cel::schema_type(json(R"({"type": "array"})"), "self"));
  const auto root = cel::schema_type(json(R"({"type": "object"})"), "self", true);
  REQUIRE(root);
  REQUIRE(root->field("metadata") != nullptr);
  CHECK(root->field("metadata")->type.field("generateName") != nullptr);
}

TEST_CASE("CEL values: names that are no identifiers are escaped") {
  CHECK(cel::escaped_name("foo-bar") == "foo__dash__bar");
  CHECK(cel::escaped_name("a.b/c") == "a__dot__b__slash__c");
  CHECK(cel::escaped_name("a__b") == "a__underscores__b");
  CHECK(cel::escaped_name("namespace") == "__namespace__");
  CHECK(cel::escaped_name("plain_name2") == "plain_name2");
  CHECK(cel::escaped_name("2fast").empty());
  CHECK(cel::escaped_name("a b").empty());
}

TEST_CASE("CEL values: a lazy object works a field out once, when it is asked for") {
  int asked = 0;
  const cel::Val variables = cel::lazy_object({
      {"big",
       [&asked] {
         ++asked;
         return cel::Val::integer(41);
       }},
      {"unused", [] { return cel::Val::error("must not be asked for"); }},
  });
  cel::Environment environment;
  environment.variables = {
      {"variables", cel::Type::object("kubernetes.variables",
                                      {{"big", "big", cel::Type(cel::Type::Kind::kInt)},
                                       {"unused", "unused", cel::Type(cel::Type::Kind::kInt)}})}};
  cel::Bindings bindings;
  bindings.set("variables", variables);
  CHECK(cel::outcome("variables.big + 1 - variables.big", environment, bindings) == "1");
  CHECK(asked == 1);
  CHECK(cel::outcome("variables.other", environment, bindings) ==
        "error: ERROR: <input>:1:10: undefined field 'other'");
}

TEST_CASE("CEL values: results go back to documents") {
  const auto program = cel::compile("{'a': [1, 2u], 'b': duration('90s'), 'c': b'hi'}.a", {});
  REQUIRE_FALSE(program);
  const auto good = cel::compile("{'b': string(duration('90s')), 'c': 'x'}", {});
  REQUIRE(good);
  cel::Budget budget;
  const auto val = good->evaluate({}, budget);
  REQUIRE(val);
  const auto value = cel::to_value(*val);
  REQUIRE(value);
  CHECK(inferlab::sim::to_json(*value) == R"({"b":"90s","c":"x"})");
  CHECK_FALSE(cel::to_value(cel::Val::none()));
}
