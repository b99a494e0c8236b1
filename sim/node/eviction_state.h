#pragma once

#include <map>
#include <optional>
#include <set>
#include <string_view>
#include <vector>

#include "sim/node/eviction_signals.h"

namespace inferlab::sim {

/// What the eviction manager remembers from one look at its node to the next: which thresholds are
/// crossed, since when, and which conditions of the node follow.
///
/// A threshold stays crossed until its minimum reclaim is free on top of it. A condition stays for
/// the transition period after the last look that showed it. Source: Kubernetes documentation,
/// "Node-pressure Eviction"; kubelet 1.32, pkg/kubelet/eviction.
class EvictionState {
 public:
  EvictionState(std::vector<Threshold> thresholds, Duration transition_period);

  /// Takes a look in and returns the thresholds that ask for eviction now, their grace periods
  /// over: memory first, the others in the order of the configuration.
  std::vector<Threshold> observe(const Observations& observations, Time now);
  /// Whether any threshold is crossed, minimum reclaim included: after something was freed.
  [[nodiscard]] bool any_crossed(const Observations& observations) const;
  /// Node conditions that are True, "DiskPressure".
  [[nodiscard]] const std::set<std::string_view>& conditions() const { return conditions_; }
  /// Whether the next look may find something even when nothing on the node has changed.
  [[nodiscard]] bool idle() const { return conditions_.empty() && last_observed_.empty(); }

 private:
  struct Watched {
    Threshold threshold;
    bool met = false;  // at the last look, with its grace period over
    std::optional<Time> first_observed;
  };
  std::vector<Watched> watched_;
  Duration transition_period_;
  std::map<std::string_view, Time> last_observed_;  // by condition
  std::set<std::string_view> conditions_;
};

}  // namespace inferlab::sim
