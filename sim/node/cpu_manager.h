#pragma once

#include <algorithm>
#include <cstdint>
#include <map>
#include <set>
#include <string>
#include <string_view>
#include <vector>

#include "engine/base/result.h"
#include "sim/node/node_spec.h"
#include "sim/node/topology_manager.h"

namespace inferlab::sim {

/// The CPUs of a node, and which container has which for itself: the kubelet's CPU manager.
///
/// With the static policy each container of a Guaranteed Pod whose CPU request is a whole number
/// gets so many CPUs of its own until the Pod ends; all others share the rest, the reserved CPUs
/// among it. Init containers that end before the others begin share too: the kubelet hands their
/// CPUs on to the containers after them. Policy options are left out.
/// Source: kubelet 1.32, pkg/kubelet/cm/cpumanager (policy_static.go, cpu_assignment.go).
class CpuManager {
 public:
  explicit CpuManager(const NodePoolSpec& pool);

  /// How many CPUs of its own such a container is to get; 0: none.
  [[nodiscard]] int exclusive_cpus(std::string_view qos_class, const Quantity& request) const;
  /// Of a container, or of a Pod, that is to get so many; 0: it does not matter.
  [[nodiscard]] ResourceHints hints(int wanted) const;
  /// Those of `nodes` first, of the nodes with the fewest free ones first. kExhausted, with the
  /// kubelet's text: too few are free.
  Result<std::set<int>> take(std::string_view pod_uid, int wanted, std::optional<NumaMask> nodes);
  /// Whether it had any.
  bool release(std::string_view pod_uid);

  [[nodiscard]] int num_cpus() const { return num_cpus_; }
  [[nodiscard]] int num_exclusive() const;
  /// Neither reserved nor handed out.
  [[nodiscard]] int num_assignable() const { return static_cast<int>(free_.size()); }
  /// CPUs on which all containers without their own run.
  [[nodiscard]] int num_shared() const { return num_cpus_ - num_exclusive(); }
  [[nodiscard]] int numa_node_of(int cpu) const {
    return std::min(cpu / cpus_of_numa_node_, num_numa_nodes_ - 1);
  }

  /// Of the process, as the kubelet's metrics count them.
  std::int64_t pinning_requests = 0, pinning_errors = 0;

 private:
  [[nodiscard]] std::vector<std::int64_t> by_node(const std::set<int>& cpus) const;
  [[nodiscard]] std::set<int> take_packed(const std::set<int>& from, int wanted) const;

  bool is_static_;
  int num_cpus_, num_numa_nodes_, cpus_of_numa_node_;
  std::set<int> free_;  // may be handed out: neither reserved nor taken
  std::map<std::string, std::set<int>, std::less<>> taken_;  // by the Pod's uid
};

}  // namespace inferlab::sim
