#include "sim/scheduler/cluster_view.h"

#include <algorithm>

namespace inferlab::sim {
namespace {

void add_requirements(std::vector<LabelSelector::Requirement>& to, const LabelSelector& selector) {
  to.insert(to.end(), selector.requirements().begin(), selector.requirements().end());
}

const char* resource_of_owner(const OwnerReference& owner) {
  if (owner.kind == "ReplicaSet" && owner.api_version == "apps/v1") return "replicasets.apps";
  if (owner.kind == "StatefulSet" && owner.api_version == "apps/v1") return "statefulsets.apps";
  if (owner.kind == "ReplicationController" && owner.api_version == "v1") {
    return "replicationcontrollers";
  }
  return nullptr;
}

}  // namespace

const Labels& ClusterView::namespace_labels(const std::string& ns) const {
  static const Labels kNone;
  const ObjectPtr found = store.get({"namespaces", "", ns});
  return found == nullptr ? kNone : found->view<NamespaceLabels>().labels;
}

std::vector<std::string> ClusterView::namespaces(const LabelSelector& selector) const {
  std::vector<std::string> out;
  for (const ObjectPtr& ns : store.list("namespaces")) {
    if (selector.matches(ns->view<NamespaceLabels>().labels)) out.push_back(ns->key.name);
  }
  return out;
}

std::optional<LabelSelector> ClusterView::default_selector(const PodInfo& pod) const {
  std::map<std::string, std::string> of_services;
  const Labels& labels = pod.labels();
  for (const ObjectPtr& service : store.list("services", pod.ns)) {
    const Value& selector = service->document["spec"]["selector"];
    if (selector.is_null()) continue;
    const bool selects = std::all_of(
        selector.members().begin(), selector.members().end(), [&](const Value::Member& member) {
          const auto label = labels.find(member.key);
          return label != labels.end() && label->second == member.value.as_string();
        });
    if (!selects) continue;
    for (const Value::Member& member : selector.members()) {
      of_services[member.key] = member.value.str();
    }
  }
  std::vector<LabelSelector::Requirement> requirements;
  for (const auto& [key, value] : of_services) {
    requirements.push_back({key, LabelSelector::Operator::kIn, {value}});
  }
  if (const OwnerReference* owner = pod.view().meta.controller(); owner != nullptr) {
    const char* resource = resource_of_owner(*owner);
    const ObjectPtr found =
        resource == nullptr ? nullptr : store.get({resource, pod.ns, owner->name});
    if (found != nullptr) {
      const Value& selector = found->document["spec"]["selector"];
      add_requirements(requirements, owner->kind == "ReplicationController"
                                         ? LabelSelector::from_map(selector)
                                         : LabelSelector::from_object(selector));
    }
  }
  if (requirements.empty()) return std::nullopt;
  return LabelSelector::from_requirements(std::move(requirements));
}

PodQuery::Part part_of(const PodAffinityTerm& term, const ClusterView& cluster) {
  PodQuery::Part out{term.namespaces, false, term.selector};
  if (!term.namespace_selector) return out;
  if (text_of(*term.namespace_selector) == "*") {
    out.all_namespaces = true;
    return out;
  }
  const std::vector<std::string> selected = cluster.namespaces(*term.namespace_selector);
  out.namespaces.insert(out.namespaces.end(), selected.begin(), selected.end());
  std::sort(out.namespaces.begin(), out.namespaces.end());
  return out;
}

}  // namespace inferlab::sim
