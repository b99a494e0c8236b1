// NodeUnschedulable: keeps Pods off cordoned nodes (spec.unschedulable), unless they tolerate the
// taint that stands for it. Source: Kubernetes documentation, "Taints and Tolerations".
#include <algorithm>

#include "sim/scheduler/plugins/plugins.h"

namespace inferlab::sim {
namespace {

class NodeUnschedulable final : public Plugin {
 public:
  std::string_view name() const override { return "NodeUnschedulable"; }
  Reach filter_reach() const override { return Reach::kNode; }
  ClusterEvents wakes_on() const override {
    return ClusterEvent::kNodeAdd | ClusterEvent::kNodeTaint | ClusterEvent::kPodUpdate;
  }
  bool may_help(const PodInfo& /*pod*/, const ClusterChange& change) const override {
    if (change.object->key.resource != "nodes") return true;
    const bool cordoned = change.object->document["spec"]["unschedulable"].as_bool();
    return !cordoned && (change.previous == nullptr ||
                         change.previous->document["spec"]["unschedulable"].as_bool());
  }

  Status filter(const CycleState& /*state*/, const PodInfo& pod,
                const NodeInfo& node) const override {
    if (!node.view().unschedulable) return Status::success();
    static const Taint kCordon{"node.kubernetes.io/unschedulable", "", TaintEffect::kNoSchedule};
    const std::vector<Toleration>& tolerations = pod.view().tolerations;
    const bool tolerated =
        std::any_of(tolerations.begin(), tolerations.end(),
                    [](const Toleration& toleration) { return toleration.tolerates(kCordon); });
    if (tolerated) return Status::success();
    return Status::unresolvable("node(s) were unschedulable");
  }
};

}  // namespace

std::unique_ptr<Plugin> make_node_unschedulable(const SchedulerProfile& /*profile*/) {
  return std::make_unique<NodeUnschedulable>();
}

}  // namespace inferlab::sim
