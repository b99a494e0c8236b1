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

// Which of them got a node does not matter.
bool same_but_for_node(const Value& a, const Value& b) {
  const auto& left = a.members();
  const auto& right = b.members();
  auto l = left.begin();
  auto r = right.begin();
  while (true) {
    if (l != left.end() && l->key == "nodeName") ++l;
    if (r != right.end() && r->key == "nodeName") ++r;
    if (l == left.end() || r == right.end()) return l == left.end() && r == right.end();
    if (l->key != r->key || !(l->value == r->value)) return false;
    ++l;
    ++r;
  }
}

// Source: k8s.io/component-helpers/node/topology, GetZoneKey.
std::string zone_of(const NodeInfo& node) {
  const Labels& labels = node.view().meta.labels;
  const auto region = labels.find("topology.kubernetes.io/region");
  const auto zone = labels.find("topology.kubernetes.io/zone");
  if (region == labels.end() && zone == labels.end()) return {};
  return (region == labels.end() ? "" : region->second) + "/" +
         (zone == labels.end() ? "" : zone->second);
}

}  // namespace

bool same_for_scheduling(const StoredObject& a, const StoredObject& b) {
  return a.document["spec"] == b.document["spec"] &&
         a.document["metadata"]["labels"] == b.document["metadata"]["labels"];
}

void SchedulerCache::add_to_zone(NodeInfo& node) {
  const std::string name = zone_of(node);
  auto zone = std::find_if(zones_.begin(), zones_.end(),
                           [&name](const Zone& one) { return one.first == name; });
  if (zone == zones_.end()) zone = zones_.insert(zones_.end(), {name, {}});
  zone->second.push_back(&node);
  order_is_old_ = true;
}

void SchedulerCache::leave_zone(const NodeInfo& node) {
  for (Zone& zone : zones_) std::erase(zone.second, &node);
  std::erase_if(zones_, [](const Zone& zone) { return zone.second.empty(); });
  order_is_old_ = true;
}

NodeSpan SchedulerCache::nodes() {
  if (order_is_old_) {
    order_is_old_ = false;
    order_.clear();
    slots_.clear();
    for (std::size_t round = 0; order_.size() < nodes_.size(); ++round) {
      for (const Zone& zone : zones_) {
        if (round >= zone.second.size()) continue;
        order_.push_back(zone.second[round]);
        slots_.push_back(static_cast<std::uint32_t>(order_.back()->slot));
      }
    }
  }
  return order_;
}

ClusterView SchedulerCache::view() {
  const NodeSpan all = nodes();
  return {all, slots_, changes_, index_, sets_, store_, images_, node_revision_, image_revision_};
}

void SchedulerCache::trim() {
  index_.trim();
  sets_.trim();
}

void SchedulerCache::add_images(const NodeInfo& node) {
  for (const NodeImage& image : node.images) {
    const auto [found, added] = images_.try_emplace(image.name);
    if (added) found->second.size = image.size;
    ++found->second.nodes[node.name];
  }
  ++image_revision_;
}

void SchedulerCache::remove_images(const NodeInfo& node) {
  for (const NodeImage& image : node.images) {
    const auto found = images_.find(image.name);
    if (found == images_.end()) continue;
    const auto row = found->second.nodes.find(node.name);
    if (row != found->second.nodes.end() && --row->second == 0) found->second.nodes.erase(row);
    if (found->second.nodes.empty()) images_.erase(found);
  }
  ++image_revision_;
}

ClusterEvents SchedulerCache::node_changed(const Change& change) {
  const std::string& name = change.object->key.name;
  const auto found = nodes_.find(name);
  if (change.type == ChangeType::kDeleted) {
    if (found == nodes_.end()) return 0;
    NodeInfo& node = *found->second;
    for (const auto& [uid, pod] : node.pods) homeless_[name].emplace(uid, pod);
    index_.node_leaves(node);
    remove_images(node);
    leave_zone(node);
    nodes_.erase(found);
    ++node_revision_;
    return 0;
  }
  if (found == nodes_.end()) {
    NodeInfo& node = *nodes_.emplace(name, std::make_unique<NodeInfo>(change.object)).first->second;
    if (const auto waiting = homeless_.find(name); waiting != homeless_.end()) {
      for (const auto& [uid, pod] : waiting->second) node.add_pod(pod);
      homeless_.erase(waiting);
    }
    index_.node_joins(node);
    add_images(node);
    add_to_zone(node);
    touch(node);
    ++node_revision_;
    return static_cast<ClusterEvents>(ClusterEvent::kNodeAdd);
  }
  NodeInfo& node = *found->second;
  const ClusterEvents events = differences(*node.object, *change.object);
  const bool other_images =
      !(node.object->document["status"]["images"] == change.object->document["status"]["images"]);
  // A heartbeat is nothing to schedule by: the version that is known stays.
  if (events == 0 && !other_images) return 0;
  if (other_images) remove_images(node);
  const bool relabelled = (events & static_cast<ClusterEvents>(ClusterEvent::kNodeLabel)) != 0;
  const std::string zone = zone_of(node);
  if (relabelled) index_.before_relabel(node);
  node.set_node(change.object);
  if (relabelled) index_.after_relabel(node);
  if (zone_of(node) != zone) {
    leave_zone(node);
    add_to_zone(node);
  }
  if (other_images) add_images(node);
  if (events != 0) ++node_revision_;
  touch(node);
  return events;
}

void SchedulerCache::renew(Placed& placed, const ObjectPtr& version) {
  const PodInfoPtr earlier = placed.pod;
  const PodInfoPtr later = std::make_shared<const PodInfo>(*earlier, version);
  placed.pod = later;
  const auto home = nodes_.find(placed.node);
  if (home == nodes_.end()) {
    homeless_[placed.node][later->uid] = later;
    return;
  }
  home->second->replace_pod(later);
  if (earlier->terminating == later->terminating) return;
  index_.pod_leaves(*earlier, *home->second);
  index_.pod_joins(*later, *home->second);
}

ClusterEvents SchedulerCache::pod_changed(const Change& change) {
  const Value& document = change.object->document;
  const std::string_view node = document["spec"]["nodeName"].as_string();
  const std::string_view phase = document["status"]["phase"].as_string();
  const std::string uid = document["metadata"]["uid"].str();
  const auto found = placed_.find(uid);
  const bool gone =
      change.type == ChangeType::kDeleted || phase == "Succeeded" || phase == "Failed";
  if (gone || node.empty()) {
    // An assumed Pod that changes in some other way stays where it was assumed to be.
    if (found == placed_.end() || (found->second.assumed && !gone)) return 0;
    const bool on_node = take_away(uid);
    return on_node ? static_cast<ClusterEvents>(ClusterEvent::kPodDelete) : 0;
  }
  constexpr auto kAdded = static_cast<ClusterEvents>(ClusterEvent::kPodAdd);
  constexpr auto kRelabelled = static_cast<ClusterEvents>(ClusterEvent::kPodLabel);
  if (found != placed_.end() && found->second.node == node) {
    Placed& placed = found->second;
    const Value& known = placed.pod->object->document;
    const bool same_labels = known["metadata"]["labels"] == document["metadata"]["labels"];
    if (same_labels && same_but_for_node(known["spec"], document["spec"])) {
      const bool confirmed = std::exchange(placed.assumed, false);
      const bool was_terminating = placed.pod->terminating;
      const bool starts = !placed.pod->started && document["status"].has("startTime");
      const bool ends = !was_terminating && document["metadata"].has("deletionTimestamp");
      if (starts || ends) renew(placed, change.object);
      if (const auto home = nodes_.find(node); home != nodes_.end()) home->second->list_last(uid);
      return (confirmed ? kAdded : 0) | (ends ? kRelabelled : 0);
    }
  }
  // Bound by another hand than assumed, or a Pod that was changed in place.
  const bool present = found != placed_.end();
  if (present) take_away(uid);
  place(std::make_shared<const PodInfo>(change.object), std::string(node), /*assumed=*/false);
  return present ? kRelabelled | ClusterEvent::kPodDelete : kAdded;
}

void SchedulerCache::assume(const PodInfoPtr& pod, std::string_view node) {
  INFERLAB_CHECK(nodes_.contains(node));
  place(pod, std::string(node), /*assumed=*/true);
}

void SchedulerCache::forget(const std::string& uid) {
  const auto found = placed_.find(uid);
  if (found != placed_.end() && found->second.assumed) take_away(uid);
}

SchedulerCache::Lifted SchedulerCache::lift(const std::string& uid) {
  const auto found = placed_.find(uid);
  if (found == placed_.end() || !nodes_.contains(found->second.node)) return {};
  const Lifted out{found->second.pod, found->second.node, found->second.assumed,
                   nodes_.find(found->second.node)->second->place_in_list(uid)};
  take_away(uid);
  return out;
}

void SchedulerCache::put_back(const Lifted& lifted) {
  if (lifted.pod == nullptr) return;
  place(lifted.pod, lifted.node, lifted.assumed);
  nodes_.find(lifted.node)->second->list_at(lifted.place);
}

const NodeInfo* SchedulerCache::node(std::string_view name) const {
  const auto found = nodes_.find(name);
  return found == nodes_.end() ? nullptr : found->second.get();
}

void SchedulerCache::place(const PodInfoPtr& pod, const std::string& node, bool assumed) {
  const bool added = placed_.emplace(pod->uid, Placed{pod, node, assumed}).second;
  INFERLAB_CHECK(added);
  if (const auto home = nodes_.find(node); home != nodes_.end()) {
    home->second->add_pod(pod);
    index_.pod_joins(*pod, *home->second);
    touch(*home->second);
  } else {
    homeless_[node].emplace(pod->uid, pod);
  }
}

bool SchedulerCache::take_away(const std::string& uid) {
  const auto found = placed_.find(uid);
  INFERLAB_CHECK(found != placed_.end());
  const Placed placed = std::move(found->second);
  placed_.erase(found);
  if (const auto home = nodes_.find(placed.node); home != nodes_.end()) {
    home->second->remove_pod(*placed.pod);
    index_.pod_leaves(*placed.pod, *home->second);
    touch(*home->second);
    return true;
  }
  if (const auto waiting = homeless_.find(placed.node); waiting != homeless_.end()) {
    waiting->second.erase(uid);
    if (waiting->second.empty()) homeless_.erase(waiting);
  }
  return false;
}

}  // namespace inferlab::sim
