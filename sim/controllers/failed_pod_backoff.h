#pragma once

#include <algorithm>
#include <map>
#include <optional>
#include <string>

#include "engine/base/time.h"

namespace inferlab::sim {

/// How long Pods that fail again and again are left alone before the next try: 1 s, twice as long
/// each time, 15 min at most. A key whose last try is twice that old is as good as new.
/// Source: client-go, util/flowcontrol; the limits are those of the DaemonSet controller, 1.32.
class FailedPodBackoff {
 public:
  static constexpr Duration kFirst = 1s;
  static constexpr Duration kLongest = 15min;

  /// The length of the wait that `key` is in, or nullopt: it may be tried.
  [[nodiscard]] std::optional<Duration> waits(const std::string& key, Time now) const {
    const auto found = tries_.find(key);
    if (found == tries_.end() || now - found->second.last >= found->second.wait) {
      return std::nullopt;
    }
    return found->second.wait;
  }

  /// A try is made now.
  void note(const std::string& key, Time now) {
    std::erase_if(tries_, [now](const auto& one) { return now - one.second.last > 2 * kLongest; });
    const auto [entry, is_new] = tries_.try_emplace(key, Try{kFirst, now});
    if (!is_new) entry->second = {std::min(entry->second.wait * 2, kLongest), now};
  }

 private:
  struct Try {
    Duration wait;
    Time last;
  };
  std::map<std::string, Try> tries_;
};

}  // namespace inferlab::sim
