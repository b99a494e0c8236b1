#include "engine/serve/stop_checker.h"

#include <catch2/catch.hpp>

namespace inferlab {
namespace {

/// What comes out, with "|" between pushes.
std::string emitted(const std::vector<std::string>& stops, const std::vector<std::string>& pieces) {
  StopChecker checker(stops);
  std::string text;
  for (const std::string& piece : pieces) text += checker.push(piece) + "|";
  if (checker.hit() == nullptr) text += checker.finish();
  return text;
}

}  // namespace

TEST_CASE("StopChecker: without stop strings text passes at once") {
  CHECK(emitted({}, {"a", "bc"}) == "a|bc|");
}

TEST_CASE("StopChecker: no part of a stop string gets out") {
  CHECK(emitted({"STOP"}, {"aS", "TO", "P b"}) == "a|||");
  CHECK(emitted({"STOP"}, {"one STOP two"}) == "one |");
  CHECK(emitted({"aab"}, {"aa", "ab"}) == "|a|");
}

TEST_CASE("StopChecker: what only looked like one gets out, also at the end") {
  CHECK(emitted({"STOP"}, {"aST", "ARE"}) == "a|STARE|");
  CHECK(emitted({"STOP"}, {"aST", "S"}) == "a|ST|S");
  CHECK(emitted({"STOP"}, {"aSTO"}) == "a|STO");
}

TEST_CASE("StopChecker: the stop string that begins first counts") {
  StopChecker checker({"later", "first"});
  CHECK(checker.push("x first later") == "x ");
  REQUIRE(checker.hit() != nullptr);
  CHECK(*checker.hit() == "first");
  CHECK(checker.push("more").empty());
  CHECK(checker.finish().empty());
}

TEST_CASE("StopChecker: with the stop string included the output ends behind it") {
  StopChecker stop({"end"}, true);
  CHECK(stop.push("a e") == "a ");
  CHECK(stop.push("nd of") == "end");
  CHECK(stop.push("more").empty());
}

}  // namespace inferlab
