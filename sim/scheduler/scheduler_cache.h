#pragma once

#include <map>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "sim/api/store.h"
#include "sim/scheduler/plugin.h"

namespace inferlab::sim {

/// What the scheduler knows of the nodes and of the Pods on them, kept up to date write by write.
/// A decision is counted at once (assume) and confirmed when the binding is seen in the store.
class SchedulerCache {
 public:
  /// A write to "nodes" or "pods"; what it may have made possible for Pods that wait.
  ClusterEvents node_changed(const Change& change);
  ClusterEvents pod_changed(const Change& change);

  /// Counts `pod` on `node` before the API has said yes. Checks: the node exists.
  void assume(const PodInfoPtr& pod, std::string_view node);
  /// Takes an assumed Pod back; does nothing when the binding was seen, or the Pod has gone.
  void forget(const std::string& uid);

  /// All nodes, in the order in which they joined. Valid until the next change.
  [[nodiscard]] NodeSpan nodes() const { return order_; }
  [[nodiscard]] const NodeInfo* node(std::string_view name) const;

 private:
  struct Placed {
    PodInfoPtr pod;
    std::string node;
    bool assumed;
  };
  void place(const PodInfoPtr& pod, const std::string& node, bool assumed);
  bool take_away(const std::string& uid);

  std::map<std::string, std::unique_ptr<NodeInfo>, std::less<>> nodes_;
  std::vector<const NodeInfo*> order_;
  std::map<std::string, Placed> placed_;  // by uid
  // Pods on nodes that are not there (yet, or any more): node, uid.
  std::map<std::string, std::map<std::string, PodInfoPtr>> homeless_;
};

/// Nothing of the Pod that scheduling looks at differs.
bool same_for_scheduling(const StoredObject& a, const StoredObject& b);

}  // namespace inferlab::sim
