// NodePorts: a host port is open once on a node, for each protocol and address.
// Source: Kubernetes API reference, ContainerPort; kube-scheduler, NodePorts.
#include <algorithm>

#include "sim/scheduler/plugins/plugins.h"

namespace inferlab::sim {
namespace {

class NodePorts final : public Plugin {
 public:
  std::string_view name() const override { return "NodePorts"; }
  Reach filter_reach() const override { return Reach::kNode; }
  ClusterEvents wakes_on() const override {
    return ClusterEvent::kNodeAdd | ClusterEvent::kPodDelete | ClusterEvent::kPodUpdate;
  }
  bool may_help(const PodInfo& pod, const ClusterChange& change) const override {
    if (change.object->key.resource != "pods") return true;
    const PodSchedulingView gone(*change.object);
    return std::any_of(
        pod.spec->host_ports.begin(), pod.spec->host_ports.end(), [&gone](const HostPort& port) {
          return std::any_of(gone.host_ports.begin(), gone.host_ports.end(),
                             [&port](const HostPort& open) { return open.conflicts_with(port); });
        });
  }

  Status pre_filter(CycleState& /*state*/, const PodInfo& pod, const ClusterView& /*cluster*/,
                    std::optional<std::set<std::string>>& /*only*/) const override {
    return pod.spec->host_ports.empty() ? Status::skip() : Status::success();
  }
  Status filter(const CycleState& /*state*/, const PodInfo& pod,
                const NodeInfo& node) const override {
    for (const HostPort& port : pod.spec->host_ports) {
      if (node.opens(port)) {
        return Status::unschedulable("node(s) didn't have free ports for the requested pod ports");
      }
    }
    return Status::success();
  }
};

}  // namespace

std::unique_ptr<Plugin> make_node_ports(const SchedulerProfile& /*profile*/) {
  return std::make_unique<NodePorts>();
}

}  // namespace inferlab::sim
