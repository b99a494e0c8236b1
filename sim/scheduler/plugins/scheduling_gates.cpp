// SchedulingGates: a Pod with spec.schedulingGates does not enter the queue until the last gate is
// gone. Source: Kubernetes documentation, "Pod Scheduling Readiness".
#include <fmt/format.h>
#include <fmt/ranges.h>

#include "sim/scheduler/plugins/plugins.h"

namespace inferlab::sim {
namespace {

class SchedulingGates final : public Plugin {
 public:
  std::string_view name() const override { return "SchedulingGates"; }
  ClusterEvents wakes_on() const override {
    return static_cast<ClusterEvents>(ClusterEvent::kPodUpdate);
  }

  Status pre_enqueue(const PodInfo& pod) const override {
    const std::vector<std::string>& gates = pod.view().scheduling_gates;
    if (gates.empty()) return Status::success();
    return Status::unresolvable(
        fmt::format("waiting for scheduling gates: [{}]", fmt::join(gates, " ")));
  }
};

}  // namespace

std::unique_ptr<Plugin> make_scheduling_gates(const SchedulerProfile& /*profile*/) {
  return std::make_unique<SchedulingGates>();
}

}  // namespace inferlab::sim
