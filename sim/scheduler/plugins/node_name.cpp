// NodeName: a Pod that names its node fits no other. Such a Pod is bound when it is created, so
// this speaks only in an explanation. Source: Kubernetes documentation, "Assigning Pods to Nodes".
#include "sim/scheduler/plugins/plugins.h"

namespace inferlab::sim {
namespace {

class NodeName final : public Plugin {
 public:
  std::string_view name() const override { return "NodeName"; }
  Reach filter_reach() const override { return Reach::kNode; }
  ClusterEvents wakes_on() const override {
    return static_cast<ClusterEvents>(ClusterEvent::kNodeAdd);
  }

  Status filter(const CycleState& /*state*/, const PodInfo& pod,
                const NodeInfo& node) const override {
    const std::string& wanted = pod.view().node_name;
    if (wanted.empty() || wanted == node.name) return Status::success();
    return Status::unresolvable("node(s) didn't match the requested node name");
  }
};

}  // namespace

std::unique_ptr<Plugin> make_node_name(const SchedulerProfile& /*profile*/) {
  return std::make_unique<NodeName>();
}

}  // namespace inferlab::sim
