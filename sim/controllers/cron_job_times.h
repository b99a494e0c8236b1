#pragma once

#include <optional>
#include <utility>

#include "engine/base/result.h"
#include "sim/api/time_zone.h"
#include "sim/api/value.h"

namespace inferlab::sim {

/// When a CronJob ran, should run and will run.
/// Source: Kubernetes documentation, "CronJob", "Job creation" and "Deadline for delayed Job
/// start"; kube-controller-manager 1.32.
class CronJobTimes {
 public:
  CronJobTimes(Value cron_job, CronSchedule schedule, TimeZone zone, Time now)
      : cron_job_(std::move(cron_job)), schedule_(schedule), zone_(std::move(zone)), now_(now) {}

  struct Due {
    std::optional<Time> time;  // the last time that was to run and has not; nullopt: none
    bool too_many_missed = false;
  };
  /// kInvalid for a schedule without times.
  [[nodiscard]] Result<Due> due() const;
  /// From now to just after the next time.
  [[nodiscard]] Duration until_next() const;
  [[nodiscard]] const TimeZone& zone() const { return zone_; }

 private:
  struct Recent {
    Time earliest;             // from here on times count
    std::optional<Time> last;  // of them the last one that has passed
    bool missed = false, too_many_missed = false;
  };
  [[nodiscard]] Result<Recent> recent(bool heed_deadline) const;

  Value cron_job_;
  CronSchedule schedule_;
  TimeZone zone_;
  Time now_;
};

}  // namespace inferlab::sim
