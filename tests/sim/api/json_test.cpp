#include "sim/api/json.h"

#include <catch2/catch.hpp>

#include "engine/base/rng.h"
#include "tests/sim/api/random_value.h"

using namespace inferlab;       // NOLINT
using namespace inferlab::sim;  // NOLINT

TEST_CASE("JSON: what is printed reads back the same, for random documents") {
  Rng rng(7);
  for (int i = 0; i < 2000; ++i) {
    const Value value = random_value(rng, 4);
    const auto compact = parse_json(to_json(value));
    REQUIRE(compact.has_value());
    CHECK(*compact == value);
    const auto indented = parse_json(to_json(value, 2));
    REQUIRE(indented.has_value());
    CHECK(*indented == value);
  }
}

TEST_CASE("JSON: random bytes never crash the parser") {
  Rng rng(8);
  constexpr std::string_view kAlphabet = "{}[]\",:0123456789eE+-.truefalsn\\u \x01\xff\xc3";
  for (int i = 0; i < 20000; ++i) {
    std::string text;
    const std::uint64_t length = rng.below(40);
    for (std::uint64_t k = 0; k < length; ++k)
      text.push_back(kAlphabet[rng.below(kAlphabet.size())]);
    const auto value = parse_json(text);
    if (value) CHECK(parse_json(to_json(*value)).has_value());
  }
}

TEST_CASE("JSON: errors name the byte and speak as Go does") {
  const auto text = [](std::string_view json) { return parse_json(json).error().message; };
  CHECK(text("{not json") ==
        "byte 1: invalid character 'n' looking for beginning of object key string");
  CHECK(text("") == "byte 0: unexpected end of JSON input");
  CHECK(text("[1,]") == "byte 3: invalid character ']' looking for beginning of value");
  CHECK(text("[1 2]") == "byte 3: invalid character '2' after array element");
  CHECK(text("{\"a\" 1}") == "byte 5: invalid character '1' after object key");
  CHECK(text("{\"a\":1 \"b\"}") == "byte 7: invalid character '\"' after object key:value pair");
  CHECK(text("tru") == "byte 3: unexpected end of JSON input");
  CHECK(text("1 2") == "byte 2: invalid character '2' after top-level value");
  CHECK(text("\"a\nb\"") == "byte 2: invalid character '\\n' in string literal");
  CHECK(text("01") == "byte 1: invalid character '1' after top-level value");
}

TEST_CASE("JSON: depth and size are bounded") {
  CHECK_FALSE(parse_json(std::string(100'000, '[')).has_value());
  CHECK(parse_json(std::string(1000, '[') + std::string(1000, ']')).has_value());
  CHECK_FALSE(parse_json(std::string(1001, '[') + std::string(1001, ']')).has_value());
  CHECK_FALSE(parse_json("\"aaaaaaaaaa\"", {.max_depth = 10, .max_bytes = 8}).has_value());
}

TEST_CASE("JSON: numbers are integers when they fit, doubles print as in Go") {
  CHECK(*parse_json("9223372036854775807") == Value(std::int64_t{9223372036854775807}));
  CHECK(parse_json("9223372036854775808")->kind() == Value::Kind::kDouble);
  CHECK(to_json(*parse_json("1.0")) == "1");
  CHECK(to_json(Value(1e21)) == "1e+21");
  CHECK(to_json(Value(1e-7)) == "1e-7");
  CHECK(to_json(Value(0.1)) == "0.1");
  CHECK_FALSE(parse_json("1e999").has_value());
}

TEST_CASE("JSON: members that come twice are told, and the last one counts") {
  std::vector<std::string> twice;
  const auto value = parse_json(R"({"spec":{"a":1,"b":[{"x":1,"x":2}],"a":3}})", {}, &twice);
  REQUIRE(value.has_value());
  CHECK(twice == std::vector<std::string>{".spec.b[0].x", ".spec.a"});
  CHECK((*value)["spec"]["a"].as_int() == 3);
}

TEST_CASE("JSON: text that is no UTF-8 and lone surrogates become U+FFFD") {
  CHECK(parse_json("\"a\xff\"")->as_string() == "a\xef\xbf\xbd");
  CHECK(parse_json(R"("\ud800x")")->as_string() == "\xef\xbf\xbdx");
  CHECK(parse_json(R"("\ud83d\ude00")")->as_string() == "\xf0\x9f\x98\x80");
}
