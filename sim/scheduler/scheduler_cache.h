#pragma once

#include <map>
#include <memory>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "sim/api/store.h"
#include "sim/scheduler/cluster_view.h"
#include "sim/scheduler/plugin.h"

namespace inferlab::sim {

/// What the scheduler knows of the nodes and of the Pods on them, kept up to date write by write.
/// A decision is counted at once (assume) and confirmed when the binding is seen in the store.
class SchedulerCache {
 public:
  explicit SchedulerCache(const Store& store) : store_(store) {}

  /// A write to "nodes" or "pods"; what it may have made possible for Pods that wait.
  ClusterEvents node_changed(const Change& change);
  ClusterEvents pod_changed(const Change& change);

  /// Counts `pod` on `node` before the API has said yes. Checks: the node exists.
  void assume(const PodInfoPtr& pod, std::string_view node);
  /// Takes an assumed Pod back; does nothing when the binding was seen, or the Pod has gone.
  void forget(const std::string& uid);

  /// A Pod taken off its node to look at the cluster without it; put_back() must follow.
  struct Lifted {
    PodInfoPtr pod;  // nullptr: it was on no node
    std::string node;
    bool assumed = false;
    std::size_t place = 0;  // in the node's list
  };
  Lifted lift(const std::string& uid);
  void put_back(const Lifted& lifted);

  /// All nodes, zone by zone in turn, in the order in which they joined. Valid until the next
  /// change. Source: kube-scheduler's node tree.
  [[nodiscard]] NodeSpan nodes();
  [[nodiscard]] ClusterView view();
  [[nodiscard]] const NodeInfo* node(std::string_view name) const;
  /// Between two scheduling cycles.
  void trim();

 private:
  struct Placed {
    PodInfoPtr pod;
    std::string node;
    bool assumed;
  };
  using Zone = std::pair<std::string, std::vector<NodeInfo*>>;

  void place(const PodInfoPtr& pod, const std::string& node, bool assumed);
  bool take_away(const std::string& uid);
  void renew(Placed& placed, const ObjectPtr& version);
  void add_to_zone(NodeInfo& node);
  void leave_zone(const NodeInfo& node);
  void add_images(const NodeInfo& node);
  void remove_images(const NodeInfo& node);
  void touch(const NodeInfo& node) { changes_.add(node.slot); }

  const Store& store_;
  PodIndex index_;
  NodeSets sets_;
  ImageTable images_;
  std::map<std::string, std::unique_ptr<NodeInfo>, std::less<>> nodes_;
  std::vector<Zone> zones_;  // in the order in which they were first seen
  std::vector<const NodeInfo*> order_;
  std::vector<std::uint32_t> slots_;  // of order_
  NodeChanges changes_;
  bool order_is_old_ = false;
  std::map<std::string, Placed> placed_;  // by uid
  // Pods on nodes that are not there (yet, or any more): node, uid.
  std::map<std::string, std::map<std::string, PodInfoPtr>> homeless_;
  std::uint64_t node_revision_ = 1, image_revision_ = 1;
};

/// Nothing of the Pod that scheduling looks at differs.
bool same_for_scheduling(const StoredObject& a, const StoredObject& b);

}  // namespace inferlab::sim
