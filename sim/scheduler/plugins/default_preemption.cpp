// DefaultPreemption, the part that speaks: for each node, whether evicting Pods of lower priority
// would help, as a text behind "preemption: ".
//
// Not done yet: choosing victims and evicting them. Where Pods of lower priority could make room,
// nothing is evicted and the message has no part on preemption, which is also how kube-scheduler's
// message looks in the cycle in which it preempts. With all priorities equal the text is exact.
// Source: Kubernetes documentation, "Pod Priority and Preemption".
#include "sim/scheduler/plugins/plugins.h"

namespace inferlab::sim {
namespace {

class DefaultPreemption final : public Plugin {
 public:
  std::string_view name() const override { return "DefaultPreemption"; }

  std::string post_filter(const PodInfo& pod, const Refusals& refusals,
                          const FilterRunner& filters) const override {
    if (pod.object->document["spec"]["preemptionPolicy"].as_string() == "Never") {
      return "not eligible due to preemptionPolicy=Never.";
    }
    const std::int64_t priority = pod.view().priority;
    std::vector<std::string> reasons;
    for (std::size_t i = 0; i < refusals.nodes.size(); ++i) {
      if (refusals.statuses[i].code() == Status::Code::kUnresolvable) {
        reasons.emplace_back("Preemption is not helpful for scheduling");
        continue;
      }
      const NodeInfo& node = *refusals.nodes[i];
      if (node.priorities.empty() || node.priorities.begin()->first >= priority) {
        reasons.emplace_back("No preemption victims found for incoming pod");
        continue;
      }
      NodeInfo without = node;
      for (const auto& [uid, other] : node.pods) {
        if (other->view().priority < priority) without.remove_pod(*other);
      }
      const Status status = filters.filter(without);
      if (status.ok()) return {};
      reasons.insert(reasons.end(), status.reasons().begin(), status.reasons().end());
    }
    return fit_error(refusals.nodes.size(), reasons);
  }
};

}  // namespace

std::unique_ptr<Plugin> make_default_preemption() {
  return std::make_unique<DefaultPreemption>();
}

}  // namespace inferlab::sim
