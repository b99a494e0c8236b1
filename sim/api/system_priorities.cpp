#include "sim/api/system_priorities.h"

namespace inferlab::sim {
namespace {

constexpr SystemPriority kSystemPriorities[] = {
    {"system-cluster-critical", 2'000'000'000,
     "Used for system critical pods that must run in the cluster, but can be moved to another node "
     "if necessary."},
    {"system-node-critical", 2'000'001'000,
     "Used for system critical pods that must not be moved from their current node."}};

}  // namespace

std::span<const SystemPriority> system_priorities() {
  return kSystemPriorities;
}

const SystemPriority* system_priority(std::string_view name) {
  for (const SystemPriority& one : kSystemPriorities) {
    if (one.name == name) return &one;
  }
  return nullptr;
}

}  // namespace inferlab::sim
