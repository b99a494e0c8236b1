#include "sim/scheduler/plugins/disruption_budgets.h"

namespace inferlab::sim {

std::vector<DisruptionBudget> disruption_budgets(const Store& store) {
  std::vector<DisruptionBudget> out;
  for (const ObjectPtr& object : store.list("poddisruptionbudgets.policy")) {
    const Value& selector = object->document["spec"]["selector"];
    const Value& status = object->document["status"];
    DisruptionBudget budget;
    budget.ns = object->key.ns;
    budget.selector = LabelSelector::from_object(selector);
    // One that selects everything by having no terms selects nothing here.
    if (budget.selector.requirements().empty()) continue;
    budget.allowed = status["disruptionsAllowed"].as_int(0);
    for (const Value::Member& pod : status["disruptedPods"].members()) {
      budget.disrupted.insert(pod.key);
    }
    out.push_back(std::move(budget));
  }
  return out;
}

std::vector<bool> violations(const std::vector<PodInfoPtr>& pods,
                             std::vector<DisruptionBudget> budgets) {
  std::vector<bool> out;
  for (const PodInfoPtr& pod : pods) {
    bool violates = false;
    const Labels& labels = pod->labels();
    for (DisruptionBudget& budget : budgets) {
      if (labels.empty() || budget.ns != pod->ns || !budget.selector.matches(labels)) continue;
      if (budget.disrupted.contains(pod->object->key.name)) continue;
      if (--budget.allowed < 0) violates = true;
    }
    out.push_back(violates);
  }
  return out;
}

}  // namespace inferlab::sim
