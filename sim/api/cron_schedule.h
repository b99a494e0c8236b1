#pragma once

#include <cstdint>
#include <optional>
#include <string_view>

#include "engine/base/result.h"
#include "engine/base/time.h"

namespace inferlab::sim {

/// When a CronJob runs: minute, hour, day of the month, month, day of the week, in UTC; or @hourly,
/// @daily, @weekly, @monthly, @yearly, @every DURATION.
/// Source: Kubernetes documentation, "CronJob", "Schedule syntax"; the parser that it names.
class CronSchedule {
 public:
  /// kInvalid with the text that the API server shows. A leading TZ= or CRON_TZ= is skipped.
  static Result<CronSchedule> parse(std::string_view text);

  /// The first moment after `after`; nullopt when there is none within five years.
  [[nodiscard]] std::optional<Time> next(Time after) const;

 private:
  // One bit for each value that fits.
  std::uint64_t minutes_ = 0, hours_ = 0, days_ = 0, months_ = 0, weekdays_ = 0;
  // With a star in either, a day must fit both; else one of the two is enough.
  bool any_day_ = false, any_weekday_ = false;
  Duration every_{};  // of @every; else 0
};

}  // namespace inferlab::sim
