#include "sim/api/selector.h"

#include <catch2/catch.hpp>

#include "engine/base/rng.h"

using namespace inferlab;       // NOLINT
using namespace inferlab::sim;  // NOLINT

namespace {

bool matches(std::string_view selector, const Labels& labels) {
  return LabelSelector::parse(selector)->matches(labels);
}

}  // namespace

TEST_CASE("LabelSelector: the query syntax") {
  const Labels labels = {{"app", "web"}, {"tier", ""}, {"gpus", "8"}};
  CHECK(matches("", labels));
  CHECK(matches("app=web,tier=", labels));
  CHECK(matches("app==web", labels));
  CHECK_FALSE(matches("app!=web", labels));
  CHECK(matches("zone!=a", labels));
  CHECK(matches("app in (api, web),!zone", labels));
  CHECK(matches("zone notin (a,b)", labels));
  CHECK_FALSE(matches("app in ()", labels));
  CHECK(matches("gpus>4,gpus<9", labels));
  CHECK_FALSE(matches("app>4", labels));
}

TEST_CASE("LabelSelector: errors have the API server's words") {
  const auto why = [](std::string_view text) { return LabelSelector::parse(text).error().message; };
  CHECK(why("a===b") == "unable to parse requirement: found '=', expected: identifier");
  CHECK(why("a,") == "found '', expected: identifier after ','");
  CHECK(why("a in b") == "unable to parse requirement: found 'b' expected: '('");
  CHECK(why("a b") ==
        "unable to parse requirement: found 'b', expected: in, notin, =, ==, !=, gt, lt");
  CHECK(why("=a") == "found '=', expected: !, identifier, or 'end of string'");
}

TEST_CASE("LabelSelector: null matches nothing, an empty object everything") {
  CHECK_FALSE(LabelSelector::from_object(Value()).matches({{"a", "b"}}));
  CHECK(LabelSelector::from_object(Value::object()).matches({}));
}

TEST_CASE("LabelSelector: str() reads back as the same selector, and random text does not crash") {
  Rng rng(4);
  constexpr std::string_view kPieces[] = {"a", "b", "in", "notin", "(", ")", ",",
                                          "=", "!", "==", "!=",    ">", "1", " "};
  for (int i = 0; i < 20000; ++i) {
    std::string text;
    const std::uint64_t length = rng.below(9);
    for (std::uint64_t k = 0; k < length; ++k) text += kPieces[rng.below(std::size(kPieces))];
    const auto parsed = LabelSelector::parse(text);
    if (!parsed) continue;
    INFO(text << " -> " << parsed->str());
    const auto again = LabelSelector::parse(parsed->str());
    REQUIRE(again.has_value());
    CHECK(again->str() == parsed->str());
  }
}
