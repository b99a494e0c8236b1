#pragma once

#include <cstddef>
#include <cstdint>
#include <functional>
#include <map>
#include <span>
#include <string>
#include <vector>

#include "sim/scheduler/node_info.h"

namespace inferlab::sim {

/// Which nodes meet a condition on their labels and taints, remembered by the condition's text for
/// as long as no Node's labels or spec change.
class NodeSets {
 public:
  using Condition = std::function<bool(const NodeInfo& node)>;
  /// By NodeInfo::slot; stays where it is until a Node changes or trim().
  const std::vector<char>& of(const std::string& text, std::uint64_t node_revision,
                              std::span<const NodeInfo* const> nodes, std::size_t num_slots,
                              const Condition& condition) {
    if (revision_ != node_revision) sets_.clear();
    revision_ = node_revision;
    const auto [found, added] = sets_.try_emplace(text);
    if (!added) return found->second;
    found->second.assign(num_slots, 0);
    for (const NodeInfo* node : nodes) found->second[node->slot] = condition(*node) ? 1 : 0;
    return found->second;
  }

  /// Between two scheduling cycles.
  void trim() {
    if (sets_.size() > kMaxSets) sets_.clear();
  }

 private:
  static constexpr std::size_t kMaxSets = 256;
  std::map<std::string, std::vector<char>, std::less<>> sets_;
  std::uint64_t revision_ = 0;
};

}  // namespace inferlab::sim
