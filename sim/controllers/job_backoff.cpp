#include "sim/controllers/job_backoff.h"

#include <algorithm>

#include "sim/controllers/job_pods.h"

namespace inferlab::sim {
namespace {

constexpr Duration kFirst = 10s;
constexpr Duration kLongest = 10min;

}  // namespace

JobBackoff JobBackoff::after(const std::vector<ObjectPtr>& succeeded,
                             const std::vector<ObjectPtr>& failed) const {
  JobBackoff out = *this;
  std::optional<Time> last_success;
  for (const ObjectPtr& pod : succeeded) {
    const Time ended = finish_time(*pod);
    last_success = last_success ? std::max(*last_success, ended) : ended;
  }
  if (last_success) out = {};
  bool first = true;
  for (const ObjectPtr& pod : failed) {
    const Time ended = finish_time(*pod);
    if (last_success && ended <= *last_success) continue;
    ++out.failures;
    out.last_failure = first ? ended : std::max(out.last_failure, ended);
    first = false;
  }
  return out;
}

Duration JobBackoff::remaining(Time now) const {
  if (failures == 0) return Duration::zero();
  Duration wait = kFirst;
  for (std::int64_t i = 1; i < failures && wait < kLongest; ++i) wait *= 2;
  return std::max(std::min(wait, kLongest) - (now - last_failure), Duration::zero());
}

}  // namespace inferlab::sim
