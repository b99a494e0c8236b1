// The parts of timestamps and durations: getFullYear(), getHours("+01:00").
// Without a zone a timestamp is taken apart in UTC, as Kubernetes configures it.
// Source: CEL language definition, the table of standard definitions.
#include "sim/api/cel/overload.h"
#include "sim/api/cel/time.h"

namespace inferlab::sim::cel {

namespace {

template <int (*part)(const CivilTime&)>
Val civil_part(Args args, Work& /*work*/) {
  const std::string_view zone = args.size() > 1 ? args[1].as_string() : std::string_view();
  const std::optional<std::int64_t> offset = zone_offset(zone);
  if (!offset) return Val::error("unknown time zone " + std::string(zone));
  return Val::integer(part(civil_time(args[0].as_timestamp(), *offset)));
}

template <std::int64_t unit_nanos>
Val whole(Args args, Work& /*work*/) {
  return Val::integer(args[0].as_duration().nanos / unit_nanos);
}

constexpr auto kYear = civil_part<[](const CivilTime& t) { return t.year; }>;
constexpr auto kMonth = civil_part<[](const CivilTime& t) { return t.month - 1; }>;
constexpr auto kDayOfYear = civil_part<[](const CivilTime& t) { return t.day_of_year; }>;
constexpr auto kDayOfMonth = civil_part<[](const CivilTime& t) { return t.day - 1; }>;
constexpr auto kDate = civil_part<[](const CivilTime& t) { return t.day; }>;
constexpr auto kDayOfWeek = civil_part<[](const CivilTime& t) { return t.day_of_week; }>;
constexpr auto kHour = civil_part<[](const CivilTime& t) { return t.hour; }>;
constexpr auto kMinute = civil_part<[](const CivilTime& t) { return t.minute; }>;
constexpr auto kSecond = civil_part<[](const CivilTime& t) { return t.second; }>;
constexpr auto kMillisecond = civil_part<[](const CivilTime& t) { return t.millisecond; }>;

constexpr auto kMember = LibraryRow::Form::kMember;

constexpr std::int64_t kMillion = 1'000'000;

constexpr LibraryRow kRows[] = {
    {"getFullYear", kMember, "timestamp -> int", kYear},
    {"getFullYear", kMember, "timestamp, string -> int", kYear},
    {"getMonth", kMember, "timestamp -> int", kMonth},
    {"getMonth", kMember, "timestamp, string -> int", kMonth},
    {"getDayOfYear", kMember, "timestamp -> int", kDayOfYear},
    {"getDayOfYear", kMember, "timestamp, string -> int", kDayOfYear},
    {"getDayOfMonth", kMember, "timestamp -> int", kDayOfMonth},
    {"getDayOfMonth", kMember, "timestamp, string -> int", kDayOfMonth},
    {"getDate", kMember, "timestamp -> int", kDate},
    {"getDate", kMember, "timestamp, string -> int", kDate},
    {"getDayOfWeek", kMember, "timestamp -> int", kDayOfWeek},
    {"getDayOfWeek", kMember, "timestamp, string -> int", kDayOfWeek},
    {"getHours", kMember, "timestamp -> int", kHour},
    {"getHours", kMember, "timestamp, string -> int", kHour},
    {"getHours", kMember, "duration -> int", whole<3'600'000 * kMillion>},
    {"getMinutes", kMember, "timestamp -> int", kMinute},
    {"getMinutes", kMember, "timestamp, string -> int", kMinute},
    {"getMinutes", kMember, "duration -> int", whole<60'000 * kMillion>},
    {"getSeconds", kMember, "timestamp -> int", kSecond},
    {"getSeconds", kMember, "timestamp, string -> int", kSecond},
    {"getSeconds", kMember, "duration -> int", whole<1'000 * kMillion>},
    {"getMilliseconds", kMember, "timestamp -> int", kMillisecond},
    {"getMilliseconds", kMember, "timestamp, string -> int", kMillisecond},
    {"getMilliseconds", kMember, "duration -> int", whole<kMillion>},
};

}  // namespace

Library time_library() {
  return kRows;
}

}  // namespace inferlab::sim::cel
