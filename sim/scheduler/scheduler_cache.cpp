#include "sim/scheduler/scheduler_cache.h"

#include <algorithm>

#include "engine/base/check.h"

namespace inferlab::sim {
namespace {

ClusterEvents differences(const StoredObject& before, const StoredObject& after) {
  ClusterEvents events = 0;
  const Value& old_doc = before.document;
  const Value& new_doc = after.document;
  const auto add = [&events](ClusterEvent event) { events = events | event; };
  if (!(old_doc["status"]["allocatable"] == new_doc["status"]["allocatable"])) {
    add(ClusterEvent::kNodeAllocatable);
  }
  if (!(old_doc["metadata"]["labels"] == new_doc["metadata"]["labels"])) {
    add(ClusterEvent::kNodeLabel);
  }
  if (!(old_doc["spec"] == new_doc["spec"])) add(ClusterEvent::kNodeTaint);
  return events;
}

}  // namespace

bool same_for_scheduling(const StoredObject& a, const StoredObject& b) {
  return a.document["spec"] == b.document["spec"] &&
         a.document["metadata"]["labels"] == b.document["metadata"]["labels"];
}

ClusterEvents SchedulerCache::node_changed(const Change& change) {
  const std::string& name = change.object->key.name;
  const auto found = nodes_.find(name);
  if (change.type == ChangeType::kDeleted) {
    if (found == nodes_.end()) return 0;
    for (const auto& [uid, pod] : found->second->pods) homeless_[name].emplace(uid, pod);
    std::erase(order_, found->second.get());
    nodes_.erase(found);
    return 0;
  }
  if (found != nodes_.end()) {
    const ClusterEvents events = differences(*found->second->object, *change.object);
    found->second->set_node(change.object);
    return events;
  }
  const auto added = nodes_.emplace(name, std::make_unique<NodeInfo>(change.object)).first;
  order_.push_back(added->second.get());
  if (const auto waiting = homeless_.find(name); waiting != homeless_.end()) {
    for (const auto& [uid, pod] : waiting->second) added->second->add_pod(pod);
    homeless_.erase(waiting);
  }
  return static_cast<ClusterEvents>(ClusterEvent::kNodeAdd);
}

ClusterEvents SchedulerCache::pod_changed(const Change& change) {
  const PodView& pod = change.object->view<PodView>();
  const std::string& uid = pod.meta.uid;
  const auto found = placed_.find(uid);
  const bool gone = change.type == ChangeType::kDeleted || pod.terminal();
  if (gone || pod.node_name.empty()) {
    // An assumed Pod that changes in some other way stays where it was assumed to be.
    if (found == placed_.end() || (found->second.assumed && !gone)) return 0;
    const bool on_node = take_away(uid);
    return on_node ? static_cast<ClusterEvents>(ClusterEvent::kPodDelete) : 0;
  }
  if (found != placed_.end() && found->second.node == pod.node_name &&
      same_for_scheduling(*found->second.pod->object, *change.object)) {
    return 0;
  }
  // Bound by another hand than assumed, or a Pod that was changed in place.
  if (found != placed_.end()) take_away(uid);
  place(std::make_shared<const PodInfo>(change.object), pod.node_name, /*assumed=*/false);
  return 0;
}

void SchedulerCache::assume(const PodInfoPtr& pod, std::string_view node) {
  INFERLAB_CHECK(nodes_.contains(node));
  place(pod, std::string(node), /*assumed=*/true);
}

void SchedulerCache::forget(const std::string& uid) {
  const auto found = placed_.find(uid);
  if (found != placed_.end() && found->second.assumed) take_away(uid);
}

const NodeInfo* SchedulerCache::node(std::string_view name) const {
  const auto found = nodes_.find(name);
  return found == nodes_.end() ? nullptr : found->second.get();
}

void SchedulerCache::place(const PodInfoPtr& pod, const std::string& node, bool assumed) {
  const std::string& uid = pod->view().meta.uid;
  const bool added = placed_.emplace(uid, Placed{pod, node, assumed}).second;
  INFERLAB_CHECK(added);
  if (const auto home = nodes_.find(node); home != nodes_.end()) {
    home->second->add_pod(pod);
  } else {
    homeless_[node].emplace(uid, pod);
  }
}

bool SchedulerCache::take_away(const std::string& uid) {
  const auto found = placed_.find(uid);
  INFERLAB_CHECK(found != placed_.end());
  const Placed placed = std::move(found->second);
  placed_.erase(found);
  if (const auto home = nodes_.find(placed.node); home != nodes_.end()) {
    home->second->remove_pod(*placed.pod);
    return true;
  }
  if (const auto waiting = homeless_.find(placed.node); waiting != homeless_.end()) {
    waiting->second.erase(uid);
    if (waiting->second.empty()) homeless_.erase(waiting);
  }
  return false;
}

}  // namespace inferlab::sim
