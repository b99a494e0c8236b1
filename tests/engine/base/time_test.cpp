#include "engine/base/time.h"

#include <catch2/catch.hpp>

using namespace inferlab;

TEST_CASE("format_duration: prints what Go prints") {
  CHECK(format_duration(0s) == "0s");
  CHECK(format_duration(1500ms) == "1.5s");
  CHECK(format_duration(90min) == "1h30m0s");
  CHECK(format_duration(1us) == "1µs");
  CHECK(format_duration(-2500us) == "-2.5ms");
  CHECK(format_duration(Duration::min()) == "-2562047h47m16.854775808s");
}

TEST_CASE("parse_duration: reads what Go reads and nothing else") {
  CHECK(parse_duration("800ms") == 800ms);
  CHECK(parse_duration("1h30m") == 90min);
  CHECK(parse_duration("1.5s") == 1500ms);
  CHECK(parse_duration("-.5s") == -500ms);
  CHECK(parse_duration("0") == 0s);
  for (const char* bad : {"", "5", "s", "1.s ", "1 s", "1x", ".s", "9999999999h", "--1s"}) {
    INFO(bad);
    CHECK_FALSE(parse_duration(bad).has_value());
  }
}

TEST_CASE("parse_duration: what a Duration cannot hold is refused") {
  CHECK(parse_duration("9223372036s") == Duration{9223372036000000000});
  CHECK(parse_duration("9223372036.854775807s") == Duration::max());
  // The whole part fits, the fraction runs over.
  CHECK_FALSE(parse_duration("9223372036.9s").has_value());
  CHECK_FALSE(parse_duration("2562047h47m16.9s").has_value());
}

TEST_CASE("seconds_capped: keeps within a hundred years either way") {
  CHECK(seconds_capped(90) == 90s);
  CHECK(seconds_capped(-90) == -90s);
  CHECK(seconds_capped(INT64_MAX) == std::chrono::hours(100 * 365 * 24));
  CHECK(seconds_capped(INT64_MIN) == -std::chrono::hours(100 * 365 * 24));
}

TEST_CASE("RFC 3339: times of a run print and read back") {
  CHECK(format_rfc3339(Time{}) == "2026-01-05T08:00:00Z");
  CHECK(format_rfc3339(Time{-1ns}) == "2026-01-05T07:59:59Z");
  CHECK(format_rfc3339_micro(Time{1500ms}) == "2026-01-05T08:00:01.500000Z");
  CHECK(parse_rfc3339("2026-01-05T08:00:01.5Z") == Time{1500ms});
  CHECK(parse_rfc3339("2026-01-05T09:00:00+01:00") == Time{});
  CHECK(parse_rfc3339("2024-02-29T00:00:00Z").has_value());
  for (const char* bad : {"2026-02-29T00:00:00Z", "2026-01-05T08:00:00", "2026-1-5T08:00:00Z",
                          "9999-01-05T08:00:00Z", "2026-01-05T24:00:00Z"}) {
    INFO(bad);
    CHECK_FALSE(parse_rfc3339(bad).has_value());
  }
}
