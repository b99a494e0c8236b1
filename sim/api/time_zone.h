#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "engine/base/result.h"
#include "engine/base/time.h"
#include "sim/api/cron_schedule.h"

namespace inferlab::sim {

/// A time zone of the operating system's database, "Europe/Berlin".
///
/// Knows the changes that its file lists (Debian's files: until 2037); after the last one its
/// offset stays. Source: RFC 8536 (TZif).
class TimeZone {
 public:
  /// kNotFound with the text that the API server shows, when there is no such zone here.
  static Result<TimeZone> load(std::string_view name);
  /// From the bytes of a TZif file; nullopt when they are none.
  static std::optional<TimeZone> parse(std::string_view bytes);
  static TimeZone utc();

  /// Seconds east of Greenwich.
  [[nodiscard]] std::int64_t offset_at(Time time) const;
  /// The first moment after `after` at which the zone's clocks show what the schedule says. Hours
  /// that are left out in spring are left out; those that come twice in autumn come twice.
  [[nodiscard]] std::optional<Time> next(const CronSchedule& schedule, Time after) const;
  /// "2026-01-05T09:00:00+01:00", or with "Z" at offset 0.
  [[nodiscard]] std::string format(Time time) const;

 private:
  struct Period {
    std::int64_t from;    // seconds of the Unix epoch
    std::int64_t offset;  // seconds
  };
  [[nodiscard]] std::size_t period_at(std::int64_t unix_seconds) const;

  std::vector<Period> periods_;  // by `from`; the first one begins at the beginning of time
};

}  // namespace inferlab::sim
