#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "sim/api/cel/val.h"

namespace inferlab::sim::cel {

/// Reads RFC 3339 with any offset, "2024-02-29T12:00:00.5+01:00"; nullopt for anything else.
/// Years outside 1 to 9999 do not parse.
std::optional<Timestamp> parse_timestamp(std::string_view text);
/// Reads a full-date of RFC 3339, "2024-02-29", as its midnight in UTC.
std::optional<Timestamp> parse_date(std::string_view text);
/// RFC 3339 in UTC, with as many digits of the second as it has.
std::string format_timestamp(Timestamp time);

/// Reads Go's duration syntax with a sign ("-1h30m", "1.5s", "0"); nullopt for anything else and
/// for what does not fit 64 bits of nanoseconds.
std::optional<Span> parse_span(std::string_view text);
/// Seconds and "s": "5400s", "1.5s".
std::string format_span(Span span);

// Sums and differences; nullopt where the result is out of range.
std::optional<Timestamp> add(Timestamp time, Span span);
std::optional<Timestamp> subtract(Timestamp time, Span span);
std::optional<Span> subtract(Timestamp a, Timestamp b);

/// Whether seconds since 1970 lie in the years 1 to 9999.
bool in_timestamp_range(std::int64_t seconds);

/// The parts of a moment in a zone.
struct CivilTime {
  int year = 0, month = 0, day = 0;  ///< month and day from 1
  int day_of_week = 0;               ///< 0 is Sunday
  int day_of_year = 0;               ///< from 0
  int hour = 0, minute = 0, second = 0, millisecond = 0;
};
CivilTime civil_time(Timestamp time, std::int64_t offset_seconds);

/// Seconds east of UTC of "UTC", "+01:00", "-08:30", "" (UTC). nullopt for a zone by name: the
/// simulator has no table of zones, whose rules differ between machines.
std::optional<std::int64_t> zone_offset(std::string_view zone);

}  // namespace inferlab::sim::cel
