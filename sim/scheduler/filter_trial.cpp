#include "sim/scheduler/filter_trial.h"

#include <algorithm>

namespace inferlab::sim {

void FilterTrial::remove(NodeInfo& node, const PodInfo& other) {
  node.remove_pod(other);
  framework_.pod_removed(cycle_, pod_, other, node);
}

void FilterTrial::add(NodeInfo& node, const PodInfoPtr& other) {
  node.add_pod(other);
  framework_.pod_added(cycle_, pod_, *other, node);
}

bool FilterTrial::has_nominated(const NodeInfo& node) const {
  if (nominator_.empty()) return false;
  const std::vector<PodInfoPtr>& nominated = nominator_.on(node.name);
  return std::any_of(nominated.begin(), nominated.end(),
                     [this](const PodInfoPtr& one) { return counts(*one); });
}

Status FilterTrial::filter_with_nominated(const NodeInfo& node) {
  NodeInfo changed = node;
  std::vector<PodInfoPtr> added;
  for (const PodInfoPtr& one : nominator_.on(node.name)) {
    if (!counts(*one) || changed.pods.contains(one->uid)) continue;
    add(changed, one);
    added.push_back(one);
  }
  Status status = framework_.filter_copy(cycle_, pod_, changed, refused_by_);
  for (const PodInfoPtr& one : added) remove(changed, *one);
  return status;
}

Status FilterTrial::filter(const NodeInfo& node) {
  if (has_nominated(node)) {
    Status status = filter_with_nominated(node);
    if (!status.ok()) return status;
  }
  return framework_.filter_copy(cycle_, pod_, node, refused_by_);
}

Status FilterTrial::filter_unchanged(const NodeInfo& node, std::size_t slot) {
  if (has_nominated(node)) {
    Status status = filter_with_nominated(node);
    if (!status.ok()) return status;
  }
  return framework_.filter(cycle_, pod_, node, slot, refused_by_);
}

}  // namespace inferlab::sim
