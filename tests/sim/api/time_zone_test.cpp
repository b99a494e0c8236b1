// Zones from bytes that are made here: nothing hangs on what this machine has installed.
#include "sim/api/time_zone.h"

#include <catch2/catch.hpp>
#include <string>

namespace inferlab::sim {
namespace {

void put(std::string& to, std::int64_t number, int width) {
  for (int i = width - 1; i >= 0; --i) to += static_cast<char>(number >> (8 * i) & 255);
}

struct Change {
  std::int64_t at;  // seconds of the Unix epoch
  int type;
};

// A TZif file of version 2 with an empty block of old.
std::string zone_file(const std::vector<Change>& changes, const std::vector<int>& offsets) {
  std::string out;
  const auto header = [&out](std::size_t times, std::size_t types) {
    out += "TZif2" + std::string(15, '\0');
    for (const std::size_t count :
         {std::size_t{0}, std::size_t{0}, std::size_t{0}, times, types, std::size_t{0}}) {
      put(out, static_cast<std::int64_t>(count), 4);
    }
  };
  header(0, 1);
  out += std::string(6, '\0');
  header(changes.size(), offsets.size());
  for (const Change& change : changes) put(out, change.at, 8);
  for (const Change& change : changes) put(out, change.type, 1);
  for (std::size_t i = 0; i < offsets.size(); ++i) {
    put(out, offsets[i], 4);
    put(out, i == 0 ? 0 : 1, 1);
    put(out, 0, 1);
  }
  return out;
}

// 2026 in Berlin: summer from March 29th 01:00 UTC to October 25th 01:00 UTC.
TimeZone berlin() {
  return *TimeZone::parse(zone_file({{1774746000, 1}, {1792890000, 0}}, {3600, 7200}));
}

Time at(const char* stamp) {
  return *parse_rfc3339(stamp);
}

std::string next(const char* schedule, const char* after) {
  const auto found = berlin().next(CronSchedule::parse(schedule).value(), at(after));
  return found ? berlin().format(*found) : "never";
}

TEST_CASE("time zone: a schedule is in its hours, winter and summer") {
  CHECK(next("0 9 * * *", "2026-01-05T08:00:01Z") == "2026-01-06T09:00:00+01:00");
  CHECK(next("0 9 * * *", "2026-01-05T07:59:59Z") == "2026-01-05T09:00:00+01:00");
  CHECK(next("0 9 * * *", "2026-07-01T00:00:00Z") == "2026-07-01T09:00:00+02:00");
}

TEST_CASE("time zone: an hour that is left out is left out, one that comes twice comes twice") {
  CHECK(next("30 2 * * *", "2026-03-28T12:00:00Z") == "2026-03-30T02:30:00+02:00");
  CHECK(next("30 2 * * *", "2026-10-24T12:00:00Z") == "2026-10-25T02:30:00+02:00");
  CHECK(next("30 2 * * *", "2026-10-25T00:30:00Z") == "2026-10-25T02:30:00+01:00");
  CHECK(next("0 3 * * *", "2026-03-28T12:00:00Z") == "2026-03-29T03:00:00+02:00");
}

TEST_CASE("time zone: what is no zone file is refused, whole or cut off") {
  const std::string good = zone_file({{1774746000, 1}}, {3600, 7200});
  REQUIRE(TimeZone::parse(good).has_value());
  for (std::size_t size = 0; size < good.size(); ++size)
    CHECK_FALSE(TimeZone::parse(std::string_view(good).substr(0, size)).has_value());
  CHECK_FALSE(TimeZone::parse(zone_file({{1774746000, 9}}, {3600})).has_value());
  CHECK_FALSE(TimeZone::parse(zone_file({{2, 0}, {1, 0}}, {3600})).has_value());
}

TEST_CASE("time zone: a name stays within the database") {
  CHECK(TimeZone::load("UTC").has_value());
  for (const char* name : {"../../../etc/passwd", "/etc/passwd", "Mars/Olympus", "Europe"}) {
    const auto zone = TimeZone::load(name);
    REQUIRE_FALSE(zone.has_value());
    CHECK(zone.error().message == std::string("unknown time zone ") + name);
  }
}

}  // namespace
}  // namespace inferlab::sim
