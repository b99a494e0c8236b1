// Which of the five properties a check counts for.
#include "labs/report/report_card.h"

#include <catch2/catch.hpp>

#include "tests/labs/report_sample.h"

using namespace inferlab::labs;  // NOLINT

TEST_CASE("report card: a row belongs where its subject does, unless it stands alone") {
  CHECK(property_of("PRB-02") == Property::kPredictable);
  CHECK(property_of("OBS-01") == Property::kObservable);
  CHECK(property_of("OBS-11") == Property::kSecure);
  CHECK(property_of("GPU-03") == Property::kEfficient);
  CHECK(property_of("K8S-02") == Property::kOperable);
  CHECK(property_of("K8S-11") == Property::kSecure);
  CHECK(property_of("NEW-01") == Property::kOperable);
  CHECK(property_of("") == Property::kOperable);
}

TEST_CASE("report card: every check counts once, so that the marks add up to the points") {
  Report report = report_sample();
  report.checks[1].rows = {"SEC-01", "GPU-01"};
  const auto card = report_card(report);
  CHECK(card[3].points == 40);
  CHECK(card[3].earned == 10);
  CHECK(card[3].checks == 1);
  CHECK(card[2].points == 0);
  int points = 0, earned = 0;
  for (const SubScore& score : card) {
    points += score.points;
    earned += score.earned;
  }
  CHECK(points == report.points);
  CHECK(earned == report.earned);
  report.checks[1].rows.clear();
  CHECK(report_card(report)[4].points == 100);
}
