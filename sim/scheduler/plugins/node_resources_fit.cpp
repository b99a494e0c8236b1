// NodeResourcesFit: the requests of all Pods on a node must not exceed its allocatable; scores by
// the profile's strategy, LeastAllocated over CPU and memory unless configured (a GPU is not scored
// by default).
// Source: Kubernetes documentation, "Resource Bin Packing"; kube-scheduler, NodeResourcesFit.
#include <fmt/format.h>

#include <algorithm>

#include "sim/scheduler/plugins/allocation_score.h"
#include "sim/scheduler/plugins/plugins.h"

namespace inferlab::sim {
namespace {

class NodeResourcesFit final : public Plugin {
 public:
  explicit NodeResourcesFit(const SchedulerProfile& profile)
      : strategy_(profile.fit_strategy),
        resources_(profile.fit_resources),
        shape_(profile.fit_shape),
        ignored_(profile.ignored_resources),
        ignored_groups_(profile.ignored_resource_groups) {}

  std::string_view name() const override { return "NodeResourcesFit"; }
  Reach filter_reach() const override { return Reach::kNode; }
  Reach score_reach() const override { return Reach::kNode; }
  bool scores_are_final() const override { return true; }
  ClusterEvents wakes_on() const override {
    return ClusterEvent::kNodeAdd | ClusterEvent::kNodeAllocatable | ClusterEvent::kPodDelete |
           ClusterEvent::kPodUpdate;
  }
  bool may_help(const PodInfo& pod, const ClusterChange& change) const override {
    if (change.object->key.resource != "nodes") return true;
    // A node that could not even hold the Pod empty cannot help, nor one that has not grown.
    const NodeInfo now(change.object);
    if (!missing(pod, now).empty()) return false;
    return change.previous == nullptr || has_grown(pod, NodeInfo(change.previous), now);
  }

  Status filter(const CycleState& /*state*/, const PodInfo& pod,
                const NodeInfo& node) const override {
    std::vector<std::string> reasons = missing(pod, node);
    return reasons.empty() ? Status::success() : Status::unschedulable(std::move(reasons));
  }

  Status pre_score(CycleState& /*state*/, const PodInfo& /*pod*/, const ClusterView& /*cluster*/,
                   SlotSpan /*feasible*/) const override {
    return Status::success();
  }
  std::int64_t score(const CycleState& /*state*/, const PodInfo& pod,
                     const NodeInfo& node) const override {
    switch (strategy_) {
      case FitStrategy::kLeastAllocated:
        return least_allocated_score(resources_, pod, node);
      case FitStrategy::kMostAllocated:
        return most_allocated_score(resources_, pod, node);
      case FitStrategy::kRequestedToCapacityRatio:
        return requested_to_capacity_score(resources_, shape_, pod, node);
    }
    return 0;
  }

 private:
  std::vector<std::string> missing(const PodInfo& pod, const NodeInfo& node) const {
    std::vector<std::string> reasons;
    if (static_cast<std::int64_t>(node.pods.size()) + 1 > node.allowed_pods) {
      reasons.emplace_back("Too many pods");
    }
    // What a Pod does not ask for it cannot lack, even on a node that is overcommitted already.
    const ResourceAmounts& ask = pod.requests;
    const ResourceAmounts& all = node.allocatable;
    const ResourceAmounts& used = node.requested;
    if (ask.milli_cpu > 0 && ask.milli_cpu > all.milli_cpu - used.milli_cpu) {
      reasons.emplace_back("Insufficient cpu");
    }
    if (ask.memory > 0 && ask.memory > all.memory - used.memory) {
      reasons.emplace_back("Insufficient memory");
    }
    if (ask.ephemeral_storage > 0 &&
        ask.ephemeral_storage > all.ephemeral_storage - used.ephemeral_storage) {
      reasons.emplace_back("Insufficient ephemeral-storage");
    }
    for (const auto& [name, amount] : ask.scalars) {
      if (amount > 0 && amount > all.scalar(name) - used.scalar(name) && !is_ignored(name)) {
        reasons.push_back(fmt::format("Insufficient {}", name));
      }
    }
    return reasons;
  }

  static bool has_grown(const PodInfo& pod, const NodeInfo& before, const NodeInfo& now) {
    const ResourceAmounts& ask = pod.requests;
    const ResourceAmounts& old = before.allocatable;
    const ResourceAmounts& all = now.allocatable;
    return now.allowed_pods > before.allowed_pods ||
           (ask.milli_cpu > 0 && all.milli_cpu > old.milli_cpu) ||
           (ask.memory > 0 && all.memory > old.memory) ||
           (ask.ephemeral_storage > 0 && all.ephemeral_storage > old.ephemeral_storage) ||
           std::any_of(ask.scalars.begin(), ask.scalars.end(), [&](const auto& one) {
             return all.scalar(one.first) > old.scalar(one.first);
           });
  }

  bool is_ignored(const std::string& name) const {
    const std::string group = name.substr(0, name.find('/'));
    return std::find(ignored_.begin(), ignored_.end(), name) != ignored_.end() ||
           std::find(ignored_groups_.begin(), ignored_groups_.end(), group) !=
               ignored_groups_.end();
  }

  const FitStrategy strategy_;
  const std::vector<ScoredResource> resources_;
  const std::vector<ShapePoint> shape_;
  const std::vector<std::string> ignored_, ignored_groups_;
};

}  // namespace

std::unique_ptr<Plugin> make_node_resources_fit(const SchedulerProfile& profile) {
  return std::make_unique<NodeResourcesFit>(profile);
}

}  // namespace inferlab::sim
