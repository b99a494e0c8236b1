#include "sim/scheduler/plugins/allocation_score.h"

#include <algorithm>
#include <cmath>
#include <vector>

#include "sim/scheduler/plugin.h"

namespace inferlab::sim {
namespace {

// A hundred times `part` by `whole`; bytes times a hundred are past an int64.
std::int64_t percent(std::int64_t part, std::int64_t whole) {
  __extension__ using Wide = __int128;
  return static_cast<std::int64_t>(Wide{part} * kMaxNodeScore / whole);
}

// The weighted mean of `score` over the resources that count.
template <typename Score>
std::int64_t weighted_mean(std::span<const ScoredResource> resources, const PodInfo& pod,
                           const NodeInfo& node, const Score& score) {
  std::int64_t sum = 0;
  std::int64_t weights = 0;
  for (const ScoredResource& resource : resources) {
    const Usage usage = usage_of(resource.name, pod, node, /*with_defaults=*/true);
    if (usage.allocatable <= 0) continue;
    sum += score(usage) * resource.weight;
    weights += resource.weight;
  }
  return weights == 0 ? 0 : sum / weights;
}

// In tenths of ShapePoint::score: 0 … 100.
std::int64_t height_at(std::span<const ShapePoint> shape, std::int64_t utilization) {
  for (std::size_t i = 0; i < shape.size(); ++i) {
    if (utilization > shape[i].utilization) continue;
    if (i == 0) return shape[0].score * 10;
    const ShapePoint& low = shape[i - 1];
    const ShapePoint& high = shape[i];
    return low.score * 10 + (high.score - low.score) * 10 * (utilization - low.utilization) /
                                (high.utilization - low.utilization);
  }
  return shape.empty() ? 0 : shape.back().score * 10;
}

}  // namespace

Usage usage_of(std::string_view resource, const PodInfo& pod, const NodeInfo& node,
               bool with_defaults) {
  const ResourceAmounts& all = node.allocatable;
  const ResourceAmounts& used = node.requested;
  const ResourceAmounts& asked = pod.requests;
  if (resource == "cpu") {
    return {with_defaults ? saturated_sum(node.nonzero_cpu, pod.nonzero_cpu)
                          : saturated_sum(used.milli_cpu, asked.milli_cpu),
            all.milli_cpu};
  }
  if (resource == "memory") {
    return {with_defaults ? saturated_sum(node.nonzero_memory, pod.nonzero_memory)
                          : saturated_sum(used.memory, asked.memory),
            all.memory};
  }
  if (resource == "ephemeral-storage") {
    return {saturated_sum(used.ephemeral_storage, asked.ephemeral_storage), all.ephemeral_storage};
  }
  const std::int64_t own = asked.scalar(resource);
  if (own == 0) return {};
  return {saturated_sum(used.scalar(resource), own), all.scalar(resource)};
}

std::int64_t least_allocated_score(std::span<const ScoredResource> resources, const PodInfo& pod,
                                   const NodeInfo& node) {
  return weighted_mean(resources, pod, node, [](const Usage& usage) -> std::int64_t {
    if (usage.requested > usage.allocatable) return 0;
    return percent(usage.allocatable - usage.requested, usage.allocatable);
  });
}

std::int64_t most_allocated_score(std::span<const ScoredResource> resources, const PodInfo& pod,
                                  const NodeInfo& node) {
  return weighted_mean(resources, pod, node, [](const Usage& usage) -> std::int64_t {
    // More may be requested than there is: Pods without requests count with the defaults.
    return percent(std::min(usage.requested, usage.allocatable), usage.allocatable);
  });
}

std::int64_t requested_to_capacity_score(std::span<const ScoredResource> resources,
                                         std::span<const ShapePoint> shape, const PodInfo& pod,
                                         const NodeInfo& node) {
  std::int64_t sum = 0;
  std::int64_t weights = 0;
  for (const ScoredResource& resource : resources) {
    const Usage usage = usage_of(resource.name, pod, node, /*with_defaults=*/true);
    if (usage.allocatable <= 0) continue;
    const std::int64_t utilization =
        percent(std::min(usage.requested, usage.allocatable), usage.allocatable);
    const std::int64_t score = height_at(shape, utilization);
    if (score <= 0) continue;
    sum += score * resource.weight;
    weights += resource.weight;
  }
  return weights == 0 ? 0 : (2 * sum + weights) / (2 * weights);  // to the nearest
}

std::int64_t balanced_allocation_score(std::span<const ScoredResource> resources,
                                       const PodInfo& pod, const NodeInfo& node) {
  std::vector<double> shares;
  shares.reserve(resources.size());
  double sum = 0;
  for (const ScoredResource& resource : resources) {
    const Usage usage = usage_of(resource.name, pod, node, /*with_defaults=*/false);
    if (usage.allocatable <= 0) continue;
    shares.push_back(std::min(
        1.0, static_cast<double>(usage.requested) / static_cast<double>(usage.allocatable)));
    sum += shares.back();
  }
  double deviation = 0;
  if (shares.size() == 2) {
    // Of two shares it is half their distance; of fewer it is zero.
    deviation = std::fabs((shares[0] - shares[1]) / 2);
  } else if (shares.size() > 2) {
    const double mean = sum / static_cast<double>(shares.size());
    double squares = 0;
    for (const double share : shares) squares += (share - mean) * (share - mean);
    deviation = std::sqrt(squares / static_cast<double>(shares.size()));
  }
  return static_cast<std::int64_t>((1 - deviation) * static_cast<double>(kMaxNodeScore));
}

}  // namespace inferlab::sim
