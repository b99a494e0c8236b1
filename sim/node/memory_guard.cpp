#include "sim/node/memory_guard.h"

#include <fmt/format.h>

#include <algorithm>

#include "sim/node/kubelet.h"
#include "sim/node/node_usage.h"

namespace inferlab::sim {
namespace {

constexpr int kGuaranteed = -997;
constexpr int kBestEffort = 1000;
/// The priority of system-node-critical.
constexpr std::int64_t kNodeCritical = 2'000'001'000;
constexpr std::string_view kReason = "OOMKilled";
constexpr int kKilled = 137;  // 128 + SIGKILL

struct Candidate {
  Container* container = nullptr;
  std::int64_t bytes = 0, points = 0;
};

std::int64_t quantity_of(const Resources& resources, std::string_view name) {
  const auto found = resources.find(name);
  return found == resources.end() ? 0 : found->second.units();
}

std::int64_t least_request(const PodWorker& pod) {
  std::int64_t least = INT64_MAX;
  for (const auto& one : pod.runtime().containers) {
    least = std::min(least, quantity_of(one->view.requests, "memory"));
  }
  return least == INT64_MAX ? 0 : least;
}

void kill_over_limit(const PodUsage& pod) {
  for (const ContainerUsage& one : pod.containers) {
    const std::int64_t limit = quantity_of(one.container->view.limits, "memory");
    if (limit > 0 && one.memory_bytes > limit) one.container->kill(kKilled, kReason);
  }
}

Candidate candidate_of(const PodWorker& pod, const ContainerUsage& usage, std::int64_t priority,
                       std::int64_t capacity) {
  const std::string_view qos = qos_class_of(pod.runtime());
  int adjustment =
      oom_score_adj(qos, priority, quantity_of(usage.container->view.requests, "memory"), capacity);
  if (usage.container->is_sidecar) {  // never before the containers that it serves
    adjustment = std::min(adjustment, oom_score_adj(qos, priority, least_request(pod), capacity));
  }
  return {usage.container, usage.memory_bytes, usage.memory_bytes + capacity / 1000 * adjustment};
}

void tell(NodeRuntime& node, const Candidate& victim) {
  const ObjectPtr object = node.api.store().get({"nodes", "", node.name});
  if (object == nullptr) return;
  const std::int64_t pid = node.ids.between(1000, 4'194'303);
  node.recorder.warning(*object, "SystemOOM",
                        fmt::format("System OOM encountered, victim process: {}, pid: {}",
                                    victim.container->view.name, pid));
}

}  // namespace

int oom_score_adj(std::string_view qos_class, std::int64_t priority, std::int64_t memory_request,
                  std::int64_t memory_capacity) {
  if (priority >= kNodeCritical || qos_class == "Guaranteed") return kGuaranteed;
  if (qos_class == "BestEffort") return kBestEffort;
  // 1000 * request / capacity, in an order that does not run over.
  const std::int64_t share =
      memory_capacity <= 0 ? 0
                           : static_cast<std::int64_t>(static_cast<double>(memory_request) /
                                                       static_cast<double>(memory_capacity) * 1000);
  const auto adjustment = static_cast<int>(1000 - std::clamp<std::int64_t>(share, 0, 1000));
  if (adjustment < 1000 + kGuaranteed) return 1000 + kGuaranteed;
  return adjustment == kBestEffort ? adjustment - 1 : adjustment;
}

void enforce_memory(Kubelet& kubelet) {
  NodeRuntime& node = kubelet.node();
  const std::int64_t capacity = node.pool.memory_bytes;
  std::int64_t used = kSystemMemoryBytes + node.other_memory_bytes;
  std::vector<Candidate> candidates;
  kubelet.for_each_pod([&](PodWorker& pod) {
    kill_over_limit(usage_of(pod));
    const PodUsage usage = usage_of(pod);
    used += usage.memory_bytes;
    for (const ContainerUsage& one : usage.containers) {
      candidates.push_back(candidate_of(pod, one, usage.priority, capacity));
    }
  });
  std::stable_sort(candidates.begin(), candidates.end(),
                   [](const Candidate& a, const Candidate& b) { return a.points > b.points; });
  for (const Candidate& victim : candidates) {
    if (used <= capacity) return;
    used -= victim.bytes;
    tell(node, victim);
    victim.container->kill(kKilled, kReason);
  }
}

}  // namespace inferlab::sim
