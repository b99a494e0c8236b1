// Hostile expressions end: in the parser, in the checker, in the evaluator.
#include <catch2/catch.hpp>

#include "engine/base/rng.h"
#include "tests/sim/api/cel/cel_world.h"

namespace {

namespace cel = inferlab::sim::cel;

std::string repeated(std::string_view part, int times) {
  std::string out;
  for (int i = 0; i < times; ++i) out += part;
  return out;
}

std::string outcome(const std::string& text) {
  return cel::outcome(text, {}, {});
}

const std::string kGivenUp = "error: operation cancelled: actual cost limit exceeded";

}  // namespace

TEST_CASE("CEL: an expression has at most 100000 code points") {
  CHECK(outcome("'" + std::string(100'000, 'x') + "'") ==
        "error: ERROR: <input>:-1:0: expression code point size exceeds limit: size: 100002, limit "
        "100000");
}

TEST_CASE("CEL: nesting is limited, chains of && and || are not") {
  CHECK(outcome(repeated("(", 300) + "1" + repeated(")", 300)) ==
        "error: ERROR: <input>:-1:0: expression recursion limit exceeded: 250");
  CHECK(outcome(repeated("[", 20'000)).find("recursion limit exceeded") != std::string::npos);
  CHECK(outcome("1" + repeated(" + 1", 300)) ==
        "error: ERROR: <input>:-1:0: max recursion depth exceeded");
  CHECK(outcome("1" + repeated(" + 1", 200)) == "201");
  CHECK(outcome("true" + repeated(" && true", 5'000)) == "true");
  CHECK(outcome(repeated("!", 50'001) + "true") == "false");
}

TEST_CASE("CEL: types that share their parts do not keep the checker busy") {
  std::string text = "[1]";
  for (int i = 0; i < 60; ++i) text += ".map(x, {x: x})";
  CHECK_FALSE(outcome(text).empty());
}

TEST_CASE("CEL: an evaluation has at most its budget, whatever && would make of it") {
  const std::string digits = "[0, 1, 2, 3, 4, 5, 6, 7, 8, 9]";
  std::string nested = "true";
  for (const char* name : {"a", "b", "c", "d", "e", "f", "g"}) {
    nested = digits + ".all(" + name + ", " + nested + ")";
  }
  CHECK(outcome(nested) == kGivenUp);
  CHECK(outcome("false && " + nested) == "false");
  CHECK(outcome(nested + " && false") == kGivenUp);
}

TEST_CASE("CEL: texts and lists that grow without cost are cut off") {
  std::string text = "'xxxxxxxxxx'";
  for (int i = 0; i < 8; ++i) text = "[" + text + "].map(s, s.replace('', s))[0]";
  CHECK(outcome("size(" + text + ")") == kGivenUp);
  std::string list = "optional.of([1, 2, 3, 4])";
  for (int i = 0; i < 40; ++i) list += ".optMap(x, x + x)";
  CHECK(outcome(list + ".hasValue()") == kGivenUp);
}

TEST_CASE("CEL: comparisons that cost little are counted") {
  const std::string row = "[" + repeated("1, ", 2'000) + "1]";
  const std::string rows = row + ".map(a, " + row + ")";
  const std::string text = "[" + rows + "].exists(r, " + row + ".all(i, r == r))";
  CHECK_FALSE(outcome(text).empty());
}

TEST_CASE("CEL: a budget is shared by calls, and what they cost is taken off") {
  const auto program = cel::compile("[1, 2, 3].all(x, x > 0)", {});
  REQUIRE(program);
  cel::Budget budget{.left = 20};
  REQUIRE(program->evaluate({}, budget));
  CHECK(budget.left == 20 - (3 * (3 + 2) + 1));
  const auto second = program->evaluate({}, budget);
  REQUIRE_FALSE(second);
  CHECK(second.error().kind == inferlab::ErrorKind::kExhausted);
}

TEST_CASE("CEL: streams of random tokens compile or are refused, and always end", "[seeds]") {
  static constexpr std::string_view kTokens[] = {
      "1",         "2u",        "1.5",      "'a'",      "b'x'",      "true",
      "null",      "x",         "y",        "self",     "(",         ")",
      "[",         "]",         "{",        "}",        ".",         ",",
      ":",         "?",         "+",        "-",        "*",         "/",
      "%",         "!",         "==",       "!=",       "<",         ">=",
      "in",        "&&",        "||",       ".map(",    ".all(",     ".exists(",
      ".size()",   "has(",      "size(",    ".?",       "[?",        "int(",
      "duration(", "'1h'",      "dyn(",     ".filter(", "@",         "\"",
      "'''",       "\\",        "\u00e9",   "if",       "0x1F",      "9999999999999999999",
      ".matches(", "'[a'",      ".format(", "'%s%d'",   ".orValue(", "optional.of(",
      "type(",     ".optMap(x,"};
  inferlab::Rng rng(20240501);
  cel::Environment environment;
  environment.variables = {{"self", cel::Type()}, {"x", cel::Type(cel::Type::Kind::kInt)}};
  cel::Bindings bindings;
  bindings.set("self", cel::from_value(inferlab::sim::Value::object({{"a", 1}}), {}));
  bindings.set("x", cel::Val::integer(7));
  for (int round = 0; round < 4'000; ++round) {
    std::string text;
    const auto length = 1 + rng.below(24);
    for (std::uint64_t i = 0; i < length; ++i) {
      text += kTokens[rng.below(std::size(kTokens))];
      if (rng.below(3) == 0) text += ' ';
    }
    INFO(text);
    const std::string first = cel::outcome(text, environment, bindings);
    CHECK_FALSE(first.empty());
    CHECK(first == cel::outcome(text, environment, bindings));
  }
}
