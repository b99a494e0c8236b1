#pragma once

#include <algorithm>

#include "engine/base/time.h"

namespace inferlab::sim {

/// The token bucket of a controller's API client: a burst at once, then one call per interval.
/// Source: kube-controller-manager 1.32, --kube-api-qps (20) and --kube-api-burst (30), which each
/// controller's client has for itself; client-go, util/flowcontrol.
class RateLimiter {
 public:
  static constexpr Duration kInterval = 50ms;  // 20 a second
  static constexpr int kBurst = 30;

  /// Takes a token, if there is one now.
  [[nodiscard]] bool take(Time now) {
    if (wait_for(now, 1) > Duration{0}) return false;
    full_at_ = std::max(full_at_, now) + kInterval;
    return true;
  }
  /// How long until `count` tokens are there; count <= kBurst.
  [[nodiscard]] Duration wait_for(Time now, int count) const {
    const Duration missing = full_at_ - now;  // what time has to bring back
    return std::max<Duration>(missing - (kBurst - count) * kInterval, Duration{0});
  }

 private:
  Time full_at_{};  // when the bucket is full again
};

}  // namespace inferlab::sim
