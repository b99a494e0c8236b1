#pragma once

#include <cstdint>
#include <map>

#include "engine/base/time.h"
#include "sim/api/store.h"

namespace inferlab::sim {

/// How often a Job has failed since its last success, from which follows how long it waits until it
/// tries again: 10 s, 20 s, 40 s … 10 min.
/// Source: Kubernetes documentation, "Jobs", "Pod backoff failure policy".
struct JobBackoff {
  std::int64_t failures = 0;
  Time last_failure{};

  /// After these Pods have come to their ends too.
  [[nodiscard]] JobBackoff after(const std::vector<ObjectPtr>& succeeded,
                                 const std::vector<ObjectPtr>& failed) const;
  /// 0: none.
  [[nodiscard]] Duration remaining(Time now) const;
};

}  // namespace inferlab::sim
