#pragma once

#include <algorithm>
#include <optional>

#include "engine/base/time.h"

namespace inferlab::sim {

/// The kubelet's back-off of one container's restarts or of one image's pulls: 10 s, doubled by
/// each try up to 5 min, forgotten when the thing has held out for 10 min after a try. Source:
/// Kubernetes documentation, "Pod Lifecycle" (container restart policy) and "Images"
/// (ImagePullBackOff); the arithmetic is that of client-go's flowcontrol.Backoff.
class Backoff {
 public:
  static constexpr Duration kInitial = 10s;
  static constexpr Duration kMax = 300s;

  /// Whether a new try at `now` would come too early after what happened at `event`.
  [[nodiscard]] bool holds(Time event, Time now) const {
    return last_try_ && !forgotten(event) && now - event < delay_;
  }
  /// The same, counted from the last try itself: how image pulls use it.
  [[nodiscard]] bool holds_since_try(Time now) const {
    return last_try_ && !forgotten(now) && now - *last_try_ < delay_;
  }
  /// Notes a try at `now`, after something that happened at `event`.
  void next(Time event, Time now) {
    delay_ = !last_try_ || forgotten(event) ? kInitial : std::min(delay_ * 2, kMax);
    last_try_ = now;
  }
  [[nodiscard]] Duration delay() const { return delay_; }
  [[nodiscard]] std::optional<Time> last_try() const { return last_try_; }

 private:
  [[nodiscard]] bool forgotten(Time event) const { return event - *last_try_ > 2 * kMax; }

  Duration delay_{};
  std::optional<Time> last_try_;
};

}  // namespace inferlab::sim
