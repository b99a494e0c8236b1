#include "sim/scheduler/plugins/node_match.h"

#include <algorithm>

namespace inferlab::sim {

bool matches(const NodeSelectorTerm& term, const NodeInfo& node) {
  if (term.expressions.requirements().empty() && term.fields.requirements().empty()) return false;
  if (!term.expressions.matches(node.view().meta.labels)) return false;
  if (term.fields.requirements().empty()) return true;
  return term.fields.matches(Labels{{"metadata.name", node.name}});
}

bool matches_any(const std::vector<NodeSelectorTerm>& terms, const NodeInfo& node) {
  return std::any_of(terms.begin(), terms.end(),
                     [&node](const NodeSelectorTerm& term) { return matches(term, node); });
}

bool meets_node_affinity(const PodInfo& pod, const NodeInfo& node) {
  const PodView& view = pod.view();
  const Labels& labels = node.view().meta.labels;
  for (const auto& [key, value] : view.node_selector) {
    const auto label = labels.find(key);
    if (label == labels.end() || label->second != value) return false;
  }
  return !view.required_node_affinity || matches_any(*view.required_node_affinity, node);
}

const Taint* untolerated_taint(const PodInfo& pod, const NodeInfo& node) {
  const std::vector<Toleration>& tolerations = pod.view().tolerations;
  for (const Taint& taint : node.view().taints) {
    // PreferNoSchedule is a matter of score, not of fit.
    if (taint.effect == TaintEffect::kPreferNoSchedule) continue;
    const bool tolerated =
        std::any_of(tolerations.begin(), tolerations.end(),
                    [&taint](const Toleration& one) { return one.tolerates(taint); });
    if (!tolerated) return &taint;
  }
  return nullptr;
}

}  // namespace inferlab::sim
