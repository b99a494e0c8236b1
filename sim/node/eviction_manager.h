#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "sim/node/eviction_state.h"
#include "sim/node/node_usage.h"
#include "sim/node/timers.h"

namespace inferlab::sim {

class Kubelet;

/// The kubelet's eviction manager: looks at its node every 10 s, sets the pressure conditions and,
/// when a threshold is crossed, frees images and then ends one Pod, the first by rank; the next one
/// when that one has stopped, at the latest 30 s later. Pods over their own limits of local storage
/// go first. Critical Pods (priority of the system's classes) are never evicted.
/// Source: kubelet 1.32, pkg/kubelet/eviction; the texts of Events and status are its own.
class EvictionManager {
 public:
  explicit EvictionManager(Kubelet& kubelet);

  void synchronize();
  /// The kubelet starts anew and remembers nothing.
  void reset();

 private:
  /// One look at the node.
  struct Look {
    std::vector<PodUsage> pods;        // all that are there
    std::vector<PodUsage> candidates;  // those that neither have ended nor are on their way out
    Observations observations;
    std::vector<Threshold> met;  // that ask for eviction
  };
  void show_conditions();
  bool evict_over_limits(const Look& look);
  void relieve(Look& look);
  bool evict(const PodUsage& pod, const std::string& message, Duration grace, bool for_pressure);
  void await_cleanup();

  Kubelet& kubelet_;
  EvictionState state_;
  std::vector<std::string> leaving_;  // uids of Pods that were evicted and still run
  Time wait_until_{};
  std::int64_t quiet_disk_bytes_ = -1;  // of an empty node at the last look, when all was well
  Timers timers_;
};

/// Why a node under pressure refuses a Pod; empty: it does not. Source: kubelet 1.32, Admit() of
/// the eviction manager.
std::string pressure_refusal(const std::set<std::string_view>& conditions, std::int64_t priority,
                             std::string_view qos_class, bool tolerates_memory_pressure);

}  // namespace inferlab::sim
