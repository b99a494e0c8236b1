// NodeResourcesBalancedAllocation: prefers nodes whose CPU and memory would be used up evenly.
// Source: kube-scheduler, NodeResourcesBalancedAllocation.
#include "sim/scheduler/plugins/allocation_score.h"
#include "sim/scheduler/plugins/plugins.h"

namespace inferlab::sim {
namespace {

class NodeResourcesBalancedAllocation final : public Plugin {
 public:
  std::string_view name() const override { return "NodeResourcesBalancedAllocation"; }

  Status pre_score(CycleState& /*state*/, const PodInfo& /*pod*/,
                   NodeSpan /*feasible*/) const override {
    return Status::success();
  }
  std::int64_t score(const CycleState& /*state*/, const PodInfo& pod,
                     const NodeInfo& node) const override {
    return balanced_allocation_score(pod, node);
  }
};

}  // namespace

std::unique_ptr<Plugin> make_node_resources_balanced_allocation() {
  return std::make_unique<NodeResourcesBalancedAllocation>();
}

}  // namespace inferlab::sim
