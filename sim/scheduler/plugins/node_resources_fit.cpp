// NodeResourcesFit: the requests of all Pods on a node must not exceed its allocatable; scores by
// LeastAllocated over CPU and memory (a GPU is not scored unless configured).
// Source: Kubernetes documentation, "Resource Bin Packing"; kube-scheduler, NodeResourcesFit.
#include <fmt/format.h>

#include "sim/scheduler/plugins/allocation_score.h"
#include "sim/scheduler/plugins/plugins.h"

namespace inferlab::sim {
namespace {

class NodeResourcesFit final : public Plugin {
 public:
  std::string_view name() const override { return "NodeResourcesFit"; }
  ClusterEvents wakes_on() const override {
    return ClusterEvent::kNodeAdd | ClusterEvent::kNodeAllocatable | ClusterEvent::kPodDelete |
           ClusterEvent::kPodUpdate;
  }

  Status filter(const CycleState& /*state*/, const PodInfo& pod,
                const NodeInfo& node) const override {
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
      if (amount > 0 && amount > all.scalar(name) - used.scalar(name)) {
        reasons.push_back(fmt::format("Insufficient {}", name));
      }
    }
    return reasons.empty() ? Status::success() : Status::unschedulable(std::move(reasons));
  }

  Status pre_score(CycleState& /*state*/, const PodInfo& /*pod*/,
                   NodeSpan /*feasible*/) const override {
    return Status::success();
  }
  std::int64_t score(const CycleState& /*state*/, const PodInfo& pod,
                     const NodeInfo& node) const override {
    return least_allocated_score(pod, node);
  }
};

}  // namespace

std::unique_ptr<Plugin> make_node_resources_fit() {
  return std::make_unique<NodeResourcesFit>();
}

}  // namespace inferlab::sim
