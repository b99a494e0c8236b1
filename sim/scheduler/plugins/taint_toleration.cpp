// TaintToleration: keeps Pods off nodes whose taints they do not tolerate, and prefers nodes with
// fewer untolerated PreferNoSchedule taints.
// Source: Kubernetes documentation, "Taints and Tolerations".
#include <fmt/format.h>

#include <algorithm>

#include "sim/scheduler/plugins/node_match.h"
#include "sim/scheduler/plugins/plugins.h"

namespace inferlab::sim {
namespace {

class TaintToleration final : public Plugin {
 public:
  std::string_view name() const override { return "TaintToleration"; }
  Reach filter_reach() const override { return Reach::kNode; }
  Reach score_reach() const override { return Reach::kNode; }
  ClusterEvents wakes_on() const override {
    return ClusterEvent::kNodeAdd | ClusterEvent::kNodeTaint | ClusterEvent::kPodUpdate;
  }
  bool may_help(const PodInfo& pod, const ClusterChange& change) const override {
    if (change.object->key.resource != "nodes") return true;
    if (untolerated_taint(pod, NodeInfo(change.object)) != nullptr) return false;
    return change.previous == nullptr ||
           untolerated_taint(pod, NodeInfo(change.previous)) != nullptr;
  }

  Status filter(const CycleState& /*state*/, const PodInfo& pod,
                const NodeInfo& node) const override {
    const Taint* taint = untolerated_taint(pod, node);
    if (taint == nullptr) return Status::success();
    return Status::unresolvable(
        fmt::format("node(s) had untolerated taint {{{}: {}}}", taint->key, taint->value));
  }

  Status pre_score(CycleState& /*state*/, const PodInfo& /*pod*/, const ClusterView& /*cluster*/,
                   SlotSpan /*feasible*/) const override {
    return Status::success();
  }

  std::int64_t score(const CycleState& /*state*/, const PodInfo& pod,
                     const NodeInfo& node) const override {
    const std::vector<Taint>& taints = node.view().taints;
    return std::count_if(taints.begin(), taints.end(), [&pod](const Taint& taint) {
      return taint.effect == TaintEffect::kPreferNoSchedule &&
             !tolerates(pod.view().tolerations, taint);
    });
  }

  void normalize(const CycleState& /*state*/, SlotSpan /*feasible*/,
                 std::span<std::int64_t> scores) const override {
    default_normalize(scores, /*reverse=*/true);
  }

 private:
  static bool tolerates(const std::vector<Toleration>& tolerations, const Taint& taint) {
    return std::any_of(tolerations.begin(), tolerations.end(),
                       [&taint](const Toleration& one) { return one.tolerates(taint); });
  }
};

}  // namespace

std::unique_ptr<Plugin> make_taint_toleration(const SchedulerProfile& /*profile*/) {
  return std::make_unique<TaintToleration>();
}

}  // namespace inferlab::sim
