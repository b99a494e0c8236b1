// NodeAffinity: spec.nodeSelector, required node affinity and the profile's added affinity decide
// the fit; preferred terms add their weights up.
// Source: Kubernetes documentation, "Assigning Pods to Nodes"; NodeAffinityArgs.
#include <algorithm>
#include <vector>

#include "sim/scheduler/plugins/node_match.h"
#include "sim/scheduler/plugins/plugins.h"

namespace inferlab::sim {
namespace {

// The nodes that a term names by metadata.name; nullopt: it names none.
std::optional<std::set<std::string>> named_by(const NodeSelectorTerm& term) {
  std::optional<std::set<std::string>> out;
  for (const LabelSelector::Requirement& field : term.fields.requirements()) {
    if (field.key != "metadata.name" || field.op != LabelSelector::Operator::kIn) continue;
    std::set<std::string> values(field.values.begin(), field.values.end());
    if (out) {
      std::erase_if(*out, [&values](const std::string& n) { return !values.contains(n); });
    } else {
      out = std::move(values);
    }
  }
  return out;
}

class NodeAffinity final : public Plugin {
 public:
  explicit NodeAffinity(const SchedulerProfile& profile)
      : added_required_(profile.added_required_affinity),
        added_preferred_(profile.added_preferred_affinity) {}

  std::string_view name() const override { return "NodeAffinity"; }
  Reach filter_reach() const override { return Reach::kNode; }
  Reach score_reach() const override { return Reach::kNode; }
  ClusterEvents wakes_on() const override {
    return ClusterEvent::kNodeAdd | ClusterEvent::kNodeLabel | ClusterEvent::kPodUpdate;
  }
  bool may_help(const PodInfo& pod, const ClusterChange& change) const override {
    if (change.object->key.resource != "nodes") return true;
    const NodeInfo now(change.object);
    if (!fits(pod, now)) return false;
    return change.previous == nullptr || !fits(pod, NodeInfo(change.previous));
  }

  Status pre_filter(CycleState& /*state*/, const PodInfo& pod, const ClusterView& /*cluster*/,
                    std::optional<std::set<std::string>>& only) const override {
    const PodView& view = pod.view();
    const bool asks = view.required_node_affinity || !view.node_selector.empty();
    if (!asks && !added_required_) return Status::skip();
    if (!view.required_node_affinity || view.required_node_affinity->empty()) {
      return Status::success();
    }
    // When every alternative names its nodes (as a DaemonSet's Pods do), no other node is looked
    // at.
    std::set<std::string> named;
    for (const NodeSelectorTerm& term : *view.required_node_affinity) {
      std::optional<std::set<std::string>> of_term = named_by(term);
      if (!of_term) return Status::success();
      named.merge(*of_term);
    }
    if (named.empty()) return Status::unresolvable("pod affinity terms conflict");
    only = std::move(named);
    return Status::success();
  }

  Status filter(const CycleState& /*state*/, const PodInfo& pod,
                const NodeInfo& node) const override {
    if (added_required_ && !matches_any(*added_required_, node)) {
      return Status::unresolvable("node(s) didn't match scheduler-enforced node affinity");
    }
    if (meets_node_affinity(pod, node)) return Status::success();
    return Status::unresolvable("node(s) didn't match Pod's node affinity/selector");
  }

  Status pre_score(CycleState& /*state*/, const PodInfo& pod, const ClusterView& /*cluster*/,
                   SlotSpan /*feasible*/) const override {
    const bool scores = !pod.spec->preferred_nodes.empty() || !added_preferred_.empty();
    return scores ? Status::success() : Status::skip();
  }
  std::int64_t score(const CycleState& /*state*/, const PodInfo& pod,
                     const NodeInfo& node) const override {
    std::int64_t sum = 0;
    for (const auto* terms : {&pod.spec->preferred_nodes, &added_preferred_}) {
      for (const PreferredNodeTerm& one : *terms) {
        if (matches(one.term, node)) sum += one.weight;
      }
    }
    return sum;
  }
  void normalize(const CycleState& /*state*/, SlotSpan /*feasible*/,
                 std::span<std::int64_t> scores) const override {
    default_normalize(scores, /*reverse=*/false);
  }

 private:
  bool fits(const PodInfo& pod, const NodeInfo& node) const {
    return (!added_required_ || matches_any(*added_required_, node)) &&
           meets_node_affinity(pod, node);
  }

  const std::optional<std::vector<NodeSelectorTerm>> added_required_;
  const std::vector<PreferredNodeTerm> added_preferred_;
};

}  // namespace

std::unique_ptr<Plugin> make_node_affinity(const SchedulerProfile& profile) {
  return std::make_unique<NodeAffinity>(profile);
}

}  // namespace inferlab::sim
