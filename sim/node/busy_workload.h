#pragma once

#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "engine/base/time.h"
#include "sim/node/workload.h"

namespace inferlab::sim {

/// What stress-ng is asked for: how many CPUs to keep busy, and for how long.
struct StressArgs {
  std::int64_t cpus = 0;   // 0: all of the node's
  Duration timeout = 24h;  // stress-ng's own default: a day
};
/// Of "--cpu N", "-c N", "--timeout T", "-t T", with = too; other words are passed over. Source:
/// stress-ng's manual page. nullopt: one of these has no number behind it.
std::optional<StressArgs> parse_stress_args(const std::vector<std::string>& words);

/// A process that takes all CPU it gets: image behaviour `busy`. Ends with 0 when its time is over
/// or it is told to stop.
std::unique_ptr<Workload> make_busy_workload(WorkloadContext context,
                                             const std::vector<std::string>& words);

}  // namespace inferlab::sim
