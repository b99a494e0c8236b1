// NodeAffinity: spec.nodeSelector and required node affinity decide the fit; preferred terms add
// their weights up. Source: Kubernetes documentation, "Assigning Pods to Nodes".
#include <algorithm>
#include <vector>

#include "sim/scheduler/plugins/plugins.h"

namespace inferlab::sim {
namespace {

constexpr std::string_view kName = "NodeAffinity";

bool matches(const NodeSelectorTerm& term, const NodeInfo& node) {
  // A term that asks for nothing matches no node.
  if (term.expressions.requirements().empty() && term.fields.requirements().empty()) return false;
  if (!term.expressions.matches(node.view().meta.labels)) return false;
  if (term.fields.requirements().empty()) return true;
  return term.fields.matches(Labels{{"metadata.name", node.name}});
}

struct Preferred final : CycleState::Data {
  struct Term {
    std::int64_t weight;
    NodeSelectorTerm term;
  };
  std::vector<Term> terms;
};

class NodeAffinity final : public Plugin {
 public:
  std::string_view name() const override { return kName; }
  ClusterEvents wakes_on() const override {
    return ClusterEvent::kNodeAdd | ClusterEvent::kNodeLabel | ClusterEvent::kPodUpdate;
  }

  Status pre_filter(CycleState& /*state*/, const PodInfo& pod, NodeSpan /*nodes*/,
                    std::optional<std::set<std::string>>& only) const override {
    const PodView& view = pod.view();
    if (!view.required_node_affinity) {
      return view.node_selector.empty() ? Status::skip() : Status::success();
    }
    // When every alternative names its nodes (as a DaemonSet's Pods do), no other node is looked
    // at.
    std::set<std::string> named;
    for (const NodeSelectorTerm& term : *view.required_node_affinity) {
      std::optional<std::set<std::string>> of_term;
      for (const LabelSelector::Requirement& field : term.fields.requirements()) {
        if (field.key != "metadata.name" || field.op != LabelSelector::Operator::kIn) continue;
        std::set<std::string> values(field.values.begin(), field.values.end());
        if (of_term) {
          std::erase_if(*of_term, [&values](const std::string& n) { return !values.contains(n); });
        } else {
          of_term = std::move(values);
        }
      }
      if (!of_term) return Status::success();
      named.merge(*of_term);
    }
    if (named.empty() && !view.required_node_affinity->empty()) {
      return Status::unresolvable("pod affinity terms conflict");
    }
    if (!named.empty()) only = std::move(named);
    return Status::success();
  }

  Status filter(const CycleState& /*state*/, const PodInfo& pod,
                const NodeInfo& node) const override {
    if (fits(pod.view(), node)) return Status::success();
    return Status::unresolvable("node(s) didn't match Pod's node affinity/selector");
  }

  Status pre_score(CycleState& state, const PodInfo& pod, NodeSpan /*feasible*/) const override {
    const Value& terms = pod.object->document["spec"]["affinity"]["nodeAffinity"]
                                             ["preferredDuringSchedulingIgnoredDuringExecution"];
    if (terms.items().empty()) return Status::skip();
    auto notes = std::make_unique<Preferred>();
    for (const Value& item : terms.items()) {
      const Value& preference = item["preference"];
      notes->terms.push_back({item["weight"].as_int(),
                              {LabelSelector::from_expressions(preference["matchExpressions"]),
                               LabelSelector::from_expressions(preference["matchFields"])}});
    }
    state.put(kName, std::move(notes));
    return Status::success();
  }

  std::int64_t score(const CycleState& state, const PodInfo& /*pod*/,
                     const NodeInfo& node) const override {
    std::int64_t sum = 0;
    for (const Preferred::Term& one : state.get<Preferred>(kName)->terms) {
      if (matches(one.term, node)) sum += one.weight;
    }
    return sum;
  }

  void normalize(std::span<std::int64_t> scores) const override {
    default_normalize(scores, /*reverse=*/false);
  }

 private:
  static bool fits(const PodView& pod, const NodeInfo& node) {
    const Labels& labels = node.view().meta.labels;
    for (const auto& [key, value] : pod.node_selector) {
      const auto label = labels.find(key);
      if (label == labels.end() || label->second != value) return false;
    }
    if (!pod.required_node_affinity) return true;
    return std::any_of(pod.required_node_affinity->begin(), pod.required_node_affinity->end(),
                       [&node](const NodeSelectorTerm& term) { return matches(term, node); });
  }
};

}  // namespace

std::unique_ptr<Plugin> make_node_affinity() {
  return std::make_unique<NodeAffinity>();
}

}  // namespace inferlab::sim
