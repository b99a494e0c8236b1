#pragma once

#include <cstdint>
#include <span>
#include <string_view>

namespace inferlab::sim {

/// The PriorityClasses that every cluster has, above all that users can make.
/// Source: Kubernetes documentation, "Pod Priority and Preemption".
struct SystemPriority {
  std::string_view name;
  std::int64_t value;
  std::string_view description;
};
std::span<const SystemPriority> system_priorities();
/// nullptr: no such class.
const SystemPriority* system_priority(std::string_view name);

}  // namespace inferlab::sim
