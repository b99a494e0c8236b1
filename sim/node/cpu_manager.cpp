#include "sim/node/cpu_manager.h"

#include <fmt/format.h>

#include <algorithm>
#include <numeric>

#include "sim/api/quantity.h"
#include "sim/node/node_allocatable.h"

namespace inferlab::sim {

CpuManager::CpuManager(const NodePoolSpec& pool)
    : is_static_(pool.kubelet.cpu_manager_policy == KubeletSpec::CpuManagerPolicy::kStatic),
      num_cpus_(static_cast<int>(std::max<std::int64_t>(1, pool.cpu_milli / 1000))),
      num_numa_nodes_(pool.numa_nodes),
      cpus_of_numa_node_(std::max(1, num_cpus_ / pool.numa_nodes)) {
  for (int cpu = 0; cpu < num_cpus_; ++cpu) free_.insert(free_.end(), cpu);
  const int reserved = std::min(reserved_cpus(pool), num_cpus_);
  for (const int cpu : take_packed(free_, reserved)) free_.erase(cpu);
}

int CpuManager::exclusive_cpus(std::string_view qos_class, const Quantity& request) const {
  if (!is_static_ || qos_class != "Guaranteed" || !request.is_whole()) return 0;
  return static_cast<int>(std::min<std::int64_t>(request.units(), INT32_MAX));
}

std::vector<std::int64_t> CpuManager::by_node(const std::set<int>& cpus) const {
  std::vector<std::int64_t> out(static_cast<std::size_t>(num_numa_nodes_));
  for (const int cpu : cpus) ++out.at(static_cast<std::size_t>(numa_node_of(cpu)));
  return out;
}

ResourceHints CpuManager::hints(int wanted) const {
  if (wanted == 0) return std::nullopt;
  // Whether a node could hold so many at all is asked of all its CPUs, the reserved ones too.
  const std::vector<std::int64_t> all(static_cast<std::size_t>(num_numa_nodes_),
                                      cpus_of_numa_node_);
  return hints_of(wanted, all, by_node(free_));
}

/// Whole NUMA nodes while so many are wanted, then CPUs of the nodes with the fewest to spare.
std::set<int> CpuManager::take_packed(const std::set<int>& from, int wanted) const {
  const std::vector<std::int64_t> free = by_node(from);
  std::vector<int> nodes(free.size());
  std::iota(nodes.begin(), nodes.end(), 0);
  std::set<int> out;
  const auto take_of = [&](int node) {
    for (const int cpu : from) {
      if (static_cast<int>(out.size()) == wanted) return;
      if (numa_node_of(cpu) == node) out.insert(cpu);
    }
  };
  const auto spare = [&](int node) { return free[static_cast<std::size_t>(node)]; };
  for (const int node : nodes) {
    const int left = wanted - static_cast<int>(out.size());
    if (left >= cpus_of_numa_node_ && spare(node) == cpus_of_numa_node_) take_of(node);
  }
  std::stable_sort(nodes.begin(), nodes.end(), [&](int a, int b) { return spare(a) < spare(b); });
  for (const int node : nodes) take_of(node);
  return out;
}

Result<std::set<int>> CpuManager::take(std::string_view pod_uid, int wanted,
                                       std::optional<NumaMask> nodes) {
  if (wanted == 0) return std::set<int>{};
  ++pinning_requests;
  if (wanted > static_cast<int>(free_.size())) {
    ++pinning_errors;
    return Error{ErrorKind::kExhausted,
                 fmt::format("not enough cpus available to satisfy request: requested={}, "
                             "available={}",
                             wanted, free_.size())};
  }
  std::set<int> aligned;
  for (const int cpu : free_) {
    if (nodes && (*nodes >> numa_node_of(cpu) & 1) != 0) aligned.insert(cpu);
  }
  std::set<int> out = take_packed(aligned, std::min(wanted, static_cast<int>(aligned.size())));
  for (const int cpu : out) free_.erase(cpu);
  const std::set<int> rest = take_packed(free_, wanted - static_cast<int>(out.size()));
  for (const int cpu : rest) free_.erase(cpu);
  out.insert(rest.begin(), rest.end());
  taken_[std::string(pod_uid)].insert(out.begin(), out.end());
  return out;
}

bool CpuManager::release(std::string_view pod_uid) {
  const auto found = taken_.find(pod_uid);
  if (found == taken_.end()) return false;
  free_.insert(found->second.begin(), found->second.end());
  taken_.erase(found);
  return true;
}

int CpuManager::num_exclusive() const {
  std::size_t sum = 0;
  for (const auto& [pod, cpus] : taken_) sum += cpus.size();
  return static_cast<int>(sum);
}

}  // namespace inferlab::sim
