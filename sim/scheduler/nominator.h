#pragma once

#include <map>
#include <string>
#include <string_view>
#include <vector>

#include "sim/scheduler/node_info.h"

namespace inferlab::sim {

/// Pods for which others are being evicted, by the node they are to get. Until they are bound they
/// count there for Pods of no higher priority.
/// Source: Kubernetes documentation, "Pod Priority and Preemption", status.nominatedNodeName.
class Nominator {
 public:
  /// Takes the place of an earlier nomination of the Pod.
  void add(const PodInfoPtr& pod, const std::string& node);
  void remove(const std::string& uid);
  [[nodiscard]] bool empty() const { return by_node_.empty(); }
  /// In the order of their nomination.
  [[nodiscard]] const std::vector<PodInfoPtr>& on(std::string_view node) const;

 private:
  std::map<std::string, std::vector<PodInfoPtr>, std::less<>> by_node_;
  std::map<std::string, std::string> node_of_;  // by uid
};

}  // namespace inferlab::sim
