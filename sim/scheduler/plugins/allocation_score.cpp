#include "sim/scheduler/plugins/allocation_score.h"

#include <algorithm>
#include <cmath>

#include "sim/scheduler/plugin.h"

namespace inferlab::sim {

std::int64_t least_allocated_score(const PodInfo& pod, const NodeInfo& node) {
  std::int64_t sum = 0;
  std::int64_t weights = 0;
  const auto add = [&sum, &weights](std::int64_t requested, std::int64_t allocatable) {
    if (allocatable <= 0) return;
    ++weights;
    if (requested > allocatable) return;
    __extension__ using Wide = __int128;  // what an int64 of bytes times a hundred needs
    sum += static_cast<std::int64_t>(Wide{allocatable - requested} * kMaxNodeScore / allocatable);
  };
  add(saturated_sum(node.nonzero_cpu, pod.nonzero_cpu), node.allocatable.milli_cpu);
  add(saturated_sum(node.nonzero_memory, pod.nonzero_memory), node.allocatable.memory);
  return weights == 0 ? 0 : sum / weights;
}

std::int64_t balanced_allocation_score(const PodInfo& pod, const NodeInfo& node) {
  const auto share = [](std::int64_t requested, std::int64_t allocatable) {
    return std::min(1.0, static_cast<double>(requested) / static_cast<double>(allocatable));
  };
  // The standard deviation of two shares is half their distance; of fewer it is zero.
  double deviation = 0;
  if (node.allocatable.milli_cpu > 0 && node.allocatable.memory > 0) {
    const double cpu = share(saturated_sum(node.requested.milli_cpu, pod.requests.milli_cpu),
                             node.allocatable.milli_cpu);
    const double memory =
        share(saturated_sum(node.requested.memory, pod.requests.memory), node.allocatable.memory);
    deviation = std::fabs((cpu - memory) / 2);
  }
  return static_cast<std::int64_t>((1 - deviation) * static_cast<double>(kMaxNodeScore));
}

}  // namespace inferlab::sim
