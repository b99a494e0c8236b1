#pragma once

#include <algorithm>

namespace inferlab::sim {

/// What a container can have of its node's CPUs at present. Amounts are in CPUs.
struct HostCpu {
  static constexpr double kPlenty = 1e6;

  double cpus = kPlenty;   // on so many it may run at once: its own, or those that are shared
  double idle = kPlenty;   // of those, what its neighbours leave to it in any case
  double fair = kPlenty;   // what it gets when all want theirs, by their requests (cpu.shares)
  double quota = kPlenty;  // its limit, which holds in each CFS period
  double remote = 0;       // share of its CPUs that hang on another NUMA node than its GPUs
  bool operator==(const HostCpu&) const = default;

  /// What it gets on average when it could use so much.
  [[nodiscard]] double available(double demand) const {
    return std::min({demand, cpus, std::max(idle, fair)});
  }
};

}  // namespace inferlab::sim
