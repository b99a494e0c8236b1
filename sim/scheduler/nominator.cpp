#include "sim/scheduler/nominator.h"

namespace inferlab::sim {

void Nominator::add(const PodInfoPtr& pod, const std::string& node) {
  remove(pod->uid);
  by_node_[node].push_back(pod);
  node_of_[pod->uid] = node;
}

void Nominator::remove(const std::string& uid) {
  const auto found = node_of_.find(uid);
  if (found == node_of_.end()) return;
  const auto list = by_node_.find(found->second);
  std::erase_if(list->second, [&uid](const PodInfoPtr& pod) { return pod->uid == uid; });
  if (list->second.empty()) by_node_.erase(list);
  node_of_.erase(found);
}

const std::vector<PodInfoPtr>& Nominator::on(std::string_view node) const {
  static const std::vector<PodInfoPtr> kNone;
  const auto found = by_node_.find(node);
  return found == by_node_.end() ? kNone : found->second;
}

}  // namespace inferlab::sim
