#include "sim/controllers/cron_job_times.h"

#include <algorithm>

namespace inferlab::sim {
namespace {

// A look comes this much after the time, so that it has passed for sure.
constexpr Duration kAfterTime = 100ms;
constexpr std::int64_t kMostMissed = 100;
// Where no time comes any more: a look once in a while does no harm.
constexpr Duration kNever = 24h * 365;

}  // namespace

Result<CronJobTimes::Recent> CronJobTimes::recent(bool heed_deadline) const {
  const Value& last = cron_job_["status"]["lastScheduleTime"];
  const Value& since = last.empty() ? cron_job_["metadata"]["creationTimestamp"] : last;
  Recent out{parse_rfc3339(since.as_string()).value_or(now_), std::nullopt};
  const Value& deadline = cron_job_["spec"]["startingDeadlineSeconds"];
  if (heed_deadline && !deadline.is_null())
    out.earliest = std::max(out.earliest, now_ - seconds_capped(deadline.as_int()));
  const auto first = zone_.next(schedule_, out.earliest);
  if (!first || now_ < *first) return out;
  const auto second = zone_.next(schedule_, *first);
  if (!second || now_ < *second) {
    out.last = first;
    return out;
  }
  // A guess, from the distance of two of them: how many have passed.
  const std::int64_t apart = std::chrono::round<std::chrono::seconds>(*second - *first).count();
  if (apart < 1) {
    return Error{ErrorKind::kInvalid,
                 "time difference between two schedules is less than 1 second"};
  }
  const std::int64_t passed = std::chrono::floor<std::chrono::seconds>(now_ - *first).count();
  out.missed = true;
  out.too_many_missed = passed / apart + 1 > kMostMissed;
  // The last of them is looked for from one distance before the time that the guess leads to. Where
  // times come unevenly, that may be after the last one: then nothing has passed.
  const Time from = *first + (passed / apart - 1) * std::chrono::seconds(apart);
  for (auto time = zone_.next(schedule_, from); time && *time <= now_;
       time = zone_.next(schedule_, *time)) {
    out.last = time;
  }
  return out;
}

Result<CronJobTimes::Due> CronJobTimes::due() const {
  INFERLAB_TRY(const Recent found, recent(true));
  return Due{found.last, found.last && found.too_many_missed};
}

Duration CronJobTimes::until_next() const {
  const auto found = recent(false);
  Time from = now_;
  if (found && found.value().last) {
    from = *found.value().last;
  } else if (found && !found.value().missed) {
    from = found.value().earliest;
  }
  const auto next = zone_.next(schedule_, from);
  return next ? std::max(*next + kAfterTime - now_, Duration::zero()) : kNever;
}

}  // namespace inferlab::sim
