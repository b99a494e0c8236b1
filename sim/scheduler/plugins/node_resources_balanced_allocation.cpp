// NodeResourcesBalancedAllocation: prefers nodes whose CPU and memory would be used up evenly.
// Source: kube-scheduler, NodeResourcesBalancedAllocation.
#include "sim/scheduler/plugins/allocation_score.h"
#include "sim/scheduler/plugins/plugins.h"

namespace inferlab::sim {
namespace {

class NodeResourcesBalancedAllocation final : public Plugin {
 public:
  explicit NodeResourcesBalancedAllocation(const SchedulerProfile& profile)
      : resources_(profile.balanced_resources) {}

  std::string_view name() const override { return "NodeResourcesBalancedAllocation"; }
  Reach score_reach() const override { return Reach::kNode; }
  bool scores_are_final() const override { return true; }

  Status pre_score(CycleState& /*state*/, const PodInfo& /*pod*/, const ClusterView& /*cluster*/,
                   SlotSpan /*feasible*/) const override {
    return Status::success();
  }
  std::int64_t score(const CycleState& /*state*/, const PodInfo& pod,
                     const NodeInfo& node) const override {
    return balanced_allocation_score(resources_, pod, node);
  }

 private:
  const std::vector<ScoredResource> resources_;
};

}  // namespace

std::unique_ptr<Plugin> make_node_resources_balanced_allocation(const SchedulerProfile& profile) {
  return std::make_unique<NodeResourcesBalancedAllocation>(profile);
}

}  // namespace inferlab::sim
