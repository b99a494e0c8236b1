#include "sim/controllers/daemonset_view.h"

#include <algorithm>
#include <memory>

#include "sim/controllers/daemonset_pods.h"
#include "sim/controllers/deployment_math.h"

namespace inferlab::sim {
namespace {

constexpr std::string_view kTemplateGeneration = "deprecated.daemonset.template.generation";

std::string number_in(const Value& annotation) {
  const std::string text = annotation.str();
  const bool number = !text.empty() && text.find_first_not_of("0123456789") == std::string::npos;
  return number ? text : std::string();
}

bool matches(const NodeSelectorTerm& term, const MetaView& node) {
  // A term that asks for nothing matches no node.
  if (term.expressions.requirements().empty() && term.fields.requirements().empty()) return false;
  return term.expressions.matches(node.labels) &&
         (term.fields.requirements().empty() ||
          term.fields.matches(Labels{{"metadata.name", node.name}}));
}

bool fits(const PodView& pod, const MetaView& node) {
  if (!pod.node_name.empty() && pod.node_name != node.name) return false;
  const bool selected =
      std::all_of(pod.node_selector.begin(), pod.node_selector.end(), [&node](const auto& wanted) {
        const auto found = node.labels.find(wanted.first);
        return found != node.labels.end() && found->second == wanted.second;
      });
  if (!selected || !pod.required_node_affinity) return selected;
  const auto& terms = *pod.required_node_affinity;
  return std::any_of(terms.begin(), terms.end(),
                     [&node](const NodeSelectorTerm& term) { return matches(term, node); });
}

bool tolerates(const PodView& pod, const Taint& taint) {
  return std::any_of(pod.tolerations.begin(), pod.tolerations.end(),
                     [&taint](const Toleration& one) { return one.tolerates(taint); });
}

}  // namespace

DaemonSetView::DaemonSetView(const StoredObject& object) : meta(object.document["metadata"]) {
  const Value& spec = object.document["spec"];
  selector = LabelSelector::from_object(spec["selector"]);
  min_ready_seconds = spec["minReadySeconds"].as_int();
  revision_history_limit = spec["revisionHistoryLimit"].as_int(10);
  on_delete = spec["updateStrategy"]["type"].as_string() == "OnDelete";
  template_generation = number_in(object.document["metadata"]["annotations"][kTemplateGeneration]);
  pod_template = spec["template"].with("spec", with_daemon_tolerations(spec["template"]["spec"]));
  example = std::make_shared<const StoredObject>(ObjectKey{"pods", object.key.ns, object.key.name},
                                                 pod_template, 0, Time{});
  if (on_delete) return;
  max_unavailable_ = spec["updateStrategy"]["rollingUpdate"]["maxUnavailable"];
  max_surge_ = spec["updateStrategy"]["rollingUpdate"]["maxSurge"];
}

std::int64_t DaemonSetView::max_unavailable(std::int64_t nodes) const {
  const std::int64_t wanted = scaled_value(max_unavailable_, nodes, /*round_up=*/true);
  // Neither of both would be a standstill.
  return nodes > 0 && wanted == 0 && max_surge(nodes) == 0 ? 1 : wanted;
}

std::int64_t DaemonSetView::max_surge(std::int64_t nodes) const {
  return scaled_value(max_surge_, nodes, /*round_up=*/true);
}

DaemonPlacement placement_on(const DaemonSetView& set, const NodeView& node) {
  const PodView& pod = set.example->view<PodView>();
  if (!fits(pod, node.meta)) return {};
  DaemonPlacement out{.should_run = true, .may_stay = true};
  for (const Taint& taint : node.taints) {
    if (taint.effect == TaintEffect::kPreferNoSchedule || tolerates(pod, taint)) continue;
    out.should_run = false;
    if (taint.effect == TaintEffect::kNoExecute) out.may_stay = false;
  }
  return out;
}

}  // namespace inferlab::sim
