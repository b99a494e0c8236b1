#include "sim/telemetry/telemetry.h"

#include <catch2/catch.hpp>

#include "sim/telemetry/histogram.h"

namespace inferlab::sim {
namespace {

Time at(int seconds) {
  return Time{} + std::chrono::seconds(seconds);
}

/// One target whose samples the test sets between scrapes.
struct Rig {
  Telemetry telemetry;
  std::vector<Sample> samples;
  Rig() {
    telemetry.add_target("t", {{"job", "j"}}, [this](std::vector<Sample>& out) { out = samples; });
  }
  void scrape(int second, std::vector<Sample> now) {
    samples = std::move(now);
    telemetry.scrape(at(second));
  }
};

TEST_CASE("Telemetry: a scrape adds the target's labels to each sample") {
  Rig rig;
  rig.scrape(15, {{"up", {{"a", "1"}}, 1}});
  const auto series = rig.telemetry.select("up", {{"job", "j"}}, at(0), at(15));
  REQUIRE(series.size() == 1);
  CHECK(series[0].labels == SeriesLabels{{"a", "1"}, {"job", "j"}});
  REQUIRE(series[0].points.size() == 1);
  CHECK(series[0].points[0].at == at(15));
  CHECK(rig.telemetry.select("up", {{"job", "other"}}, at(0), at(15)).empty());
}

TEST_CASE("Telemetry: a target that says it is the same is not asked, and its points go on") {
  Telemetry telemetry;
  std::uint64_t version = 1;
  int asked = 0;
  telemetry.add_target(
      "t", {},
      [&](std::vector<Sample>& out) {
        ++asked;
        out = {{"x", {}, static_cast<double>(asked)}};
      },
      [&version] { return version; });
  for (const int second : {15, 30, 45}) telemetry.scrape(at(second));
  CHECK(asked == 1);
  version = 2;
  telemetry.scrape(at(60));
  CHECK(asked == 2);
  const auto series = telemetry.select("x", {}, at(0), at(60));
  REQUIRE(series.size() == 1);
  std::string values;
  for (const Point& point : series[0].points)
    values += std::to_string(static_cast<int>(point.value));
  CHECK(values == "1112");
}

TEST_CASE("Telemetry: a window is open at its start and closed at its end") {
  Rig rig;
  rig.scrape(15, {{"x", {}, 1}});
  rig.scrape(30, {{"x", {}, 2}});
  CHECK(rig.telemetry.select("x", {}, at(15), at(30)).at(0).points.size() == 1);
  CHECK(rig.telemetry.select("x", {}, at(14), at(30)).at(0).points.size() == 2);
}

TEST_CASE("Telemetry: increase counts on after a reset") {
  Rig rig;
  int second = 0;
  for (const double value : {10.0, 14.0, 3.0, 5.0}) rig.scrape(second += 15, {{"c", {}, value}});
  // 10 -> 14 is 4, the counter began again and reached 3, then 5.
  CHECK(rig.telemetry.increase("c", {}, at(0), at(60)) == 4.0 + 3.0 + 2.0);
}

TEST_CASE("Telemetry: increase sums series and needs two points of one") {
  Rig rig;
  rig.scrape(15, {{"c", {{"pod", "a"}}, 1}});
  CHECK_FALSE(rig.telemetry.increase("c", {}, at(0), at(60)));
  rig.scrape(30, {{"c", {{"pod", "a"}}, 3}, {"c", {{"pod", "b"}}, 7}});
  CHECK(rig.telemetry.increase("c", {}, at(0), at(60)) == 2.0);
  rig.scrape(45, {{"c", {{"pod", "a"}}, 4}, {"c", {{"pod", "b"}}, 8}});
  CHECK(rig.telemetry.increase("c", {}, at(0), at(60)) == 4.0);
  CHECK(rig.telemetry.increase("c", {{"pod", "b"}}, at(0), at(60)) == 1.0);
}

std::vector<Sample> buckets(double to_one, double to_two, double to_four, double all) {
  return {{"h_bucket", {{"le", "1.0"}}, to_one},
          {"h_bucket", {{"le", "2.0"}}, to_two},
          {"h_bucket", {{"le", "4.0"}}, to_four},
          {"h_bucket", {{"le", "+Inf"}}, all}};
}

TEST_CASE("Telemetry: quantile is linear inside the bucket, and the first one starts at 0") {
  Rig rig;
  rig.scrape(15, buckets(0, 0, 0, 0));
  rig.scrape(30, buckets(10, 20, 20, 20));
  CHECK(rig.telemetry.quantile(0.25, "h", {}, at(0), at(30)) == 0.5);
  CHECK(rig.telemetry.quantile(0.5, "h", {}, at(0), at(30)) == 1.0);
  CHECK(rig.telemetry.quantile(0.75, "h", {}, at(0), at(30)) == 1.5);
  CHECK(rig.telemetry.quantile(1, "h", {}, at(0), at(30)) == 2.0);
}

TEST_CASE("Telemetry: a quantile in the +Inf bucket is the upper bound of the last finite one") {
  Rig rig;
  rig.scrape(15, buckets(0, 0, 0, 0));
  rig.scrape(30, buckets(1, 1, 1, 10));
  CHECK(rig.telemetry.quantile(0.95, "h", {}, at(0), at(30)) == 4.0);
}

TEST_CASE("Telemetry: a quantile of nothing, or outside [0, 1], is none") {
  Rig rig;
  rig.scrape(15, buckets(5, 5, 5, 5));
  rig.scrape(30, buckets(5, 5, 5, 5));
  CHECK_FALSE(rig.telemetry.quantile(0.5, "h", {}, at(0), at(30)));
  CHECK_FALSE(rig.telemetry.quantile(0.5, "unknown", {}, at(0), at(30)));
  rig.scrape(45, buckets(6, 6, 6, 6));
  CHECK(rig.telemetry.quantile(0.5, "h", {}, at(0), at(45)));
  CHECK_FALSE(rig.telemetry.quantile(1.5, "h", {}, at(0), at(45)));
}

TEST_CASE("Telemetry: an instant query passes over series that ended or are older than 5 min") {
  Rig rig;
  rig.telemetry.add_target("gone", {{"pod", "b"}}, [](std::vector<Sample>& out) {
    out.push_back({"g", {}, 100});
  });
  rig.scrape(15, {{"g", {{"pod", "a"}}, 1}});
  CHECK(rig.telemetry.sum_at("g", {}, at(20)) == 101.0);
  rig.telemetry.remove_target("gone");
  rig.scrape(30, {{"g", {{"pod", "a"}}, 2}});
  CHECK(rig.telemetry.sum_at("g", {}, at(20)) == 101.0);  // the past stays as it was
  CHECK(rig.telemetry.sum_at("g", {}, at(30)) == 2.0);
  CHECK_FALSE(rig.telemetry.sum_at("g", {{"pod", "b"}}, at(40)));
  CHECK(rig.telemetry.sum_at("g", {}, at(329)) == 2.0);
  CHECK_FALSE(rig.telemetry.sum_at("g", {}, at(331)));
  REQUIRE(rig.telemetry.latest("g", {}, at(20)).size() == 2);
  const auto latest = rig.telemetry.latest("g", {}, at(30));
  REQUIRE(latest.size() == 1);
  CHECK(latest[0].labels.at("pod") == "a");
  CHECK(latest[0].points.at(0).value == 2.0);
}

TEST_CASE("Telemetry: the series that are alive can be listed") {
  Rig rig;
  rig.scrape(15, {{"old", {}, 1}, {"g", {{"pod", "a"}}, 1}});
  rig.scrape(600, {{"g", {{"pod", "a"}}, 2}, {"g", {{"pod", "b"}}, 2}});
  rig.scrape(615, {{"g", {{"pod", "a"}}, 2}, {"g", {{"pod", "b"}}, 2}});
  std::vector<std::string> seen;
  rig.telemetry.for_each_series(at(600), [&](const std::string& name, const SeriesLabels& labels) {
    seen.push_back(name + "/" + labels.at("pod"));
  });
  CHECK(seen == std::vector<std::string>{"g/a", "g/b"});
}

TEST_CASE("Telemetry: samples that come, go and change places keep their series") {
  Rig rig;
  rig.scrape(15, {{"x", {}, 1}, {"y", {}, 10}});
  rig.scrape(30, {{"y", {}, 11}, {"x", {}, 2}});
  rig.scrape(45, {{"y", {}, 12}});
  rig.scrape(60, {{"z", {}, 5}, {"y", {}, 13}, {"x", {}, 4}});
  CHECK(rig.telemetry.select("x", {}, at(0), at(60)).at(0).points.size() == 3);
  CHECK(rig.telemetry.select("y", {}, at(0), at(60)).at(0).points.size() == 4);
  CHECK(rig.telemetry.sum_at("y", {}, at(60)) == 13.0);
  CHECK_FALSE(rig.telemetry.sum_at("x", {}, at(45)));
}

TEST_CASE("Histogram: buckets are cumulative and a bound belongs to its bucket") {
  const double bounds[] = {0.1, 1, 2.5};
  Histogram histogram(bounds);
  for (const double value : {0.05, 0.1, 0.5, 2.5, 9.0}) histogram.observe(value);
  std::vector<Sample> samples;
  histogram.expose("h", {{"m", "x"}}, samples);
  REQUIRE(samples.size() == 6);
  CHECK(samples[0].labels.at("le") == "0.1");
  CHECK(samples[0].value == 2);
  CHECK(samples[1].labels.at("le") == "1.0");
  CHECK(samples[1].value == 3);
  CHECK(samples[2].value == 4);
  CHECK(samples[3].labels.at("le") == "+Inf");
  CHECK(samples[3].value == 5);
  CHECK(samples[4].name == "h_sum");
  CHECK(samples[5].value == 5);
}

}  // namespace
}  // namespace inferlab::sim
