#include "sim/api/cron_schedule.h"

#include <catch2/catch.hpp>
#include <string>

namespace inferlab::sim {
namespace {

// "2026-01-05T08:00:00Z" is a Monday.
std::string next_of(const char* schedule, const char* after) {
  const auto parsed = CronSchedule::parse(schedule);
  if (!parsed) return parsed.error().message;
  const auto found = parsed->next(parse_rfc3339(after).value());
  return found ? format_rfc3339(*found) : "never";
}

TEST_CASE("cron: the next time is the first whole minute that fits") {
  CHECK(next_of("*/5 * * * *", "2026-01-05T08:00:00Z") == "2026-01-05T08:05:00Z");
  CHECK(next_of("*/5 * * * *", "2026-01-05T08:04:59Z") == "2026-01-05T08:05:00Z");
  CHECK(next_of("0 3 * * *", "2026-01-05T08:00:00Z") == "2026-01-06T03:00:00Z");
  CHECK(next_of("30 12 1 feb *", "2026-01-05T08:00:00Z") == "2026-02-01T12:30:00Z");
  CHECK(next_of("0 0 * * sat,sun", "2026-01-05T08:00:00Z") == "2026-01-10T00:00:00Z");
  CHECK(next_of("@hourly", "2026-01-05T08:00:00Z") == "2026-01-05T09:00:00Z");
  CHECK(next_of("@every 90s", "2026-01-05T08:00:00Z") == "2026-01-05T08:01:30Z");
  CHECK(next_of("TZ=UTC 0 9 * * *", "2026-01-05T08:00:00Z") == "2026-01-05T09:00:00Z");
}

TEST_CASE("cron: with both days stated one of the two is enough") {
  CHECK(next_of("0 0 13 * 5", "2026-01-05T08:00:00Z") == "2026-01-09T00:00:00Z");
  CHECK(next_of("0 0 7 * 5", "2026-01-05T08:00:00Z") == "2026-01-07T00:00:00Z");
  CHECK(next_of("0 0 7 * *", "2026-01-05T08:00:00Z") == "2026-01-07T00:00:00Z");
}

TEST_CASE("cron: a day that no month has never comes") {
  CHECK(next_of("0 0 31 2 *", "2026-01-05T08:00:00Z") == "never");
}

TEST_CASE("cron: faults are told in the words of the API server") {
  CHECK(next_of("* * *", "") == "expected exactly 5 fields, found 3: [* * *]");
  CHECK(next_of("60 * * * *", "") == "end of range (60) above maximum (59): 60");
  CHECK(next_of("* * 0 * *", "") == "beginning of range (0) below minimum (1): 0");
  CHECK(next_of("5-1 * * * *", "") == "beginning of range (5) beyond end of range (1): 5-1");
  CHECK(next_of("*/0 * * * *", "") == "step of range should be a positive number: */0");
  CHECK(next_of("a * * * *", "") ==
        "failed to parse int from a: strconv.Atoi: parsing \"a\": invalid syntax");
  CHECK(next_of("1-2-3 * * * *", "") == "too many hyphens: 1-2-3");
  CHECK(next_of("@fortnightly", "") == "unrecognized descriptor: @fortnightly");
  CHECK(next_of("", "") == "empty spec string");
}

}  // namespace
}  // namespace inferlab::sim
