#pragma once

#include "sim/api/views.h"

namespace inferlab::sim {

/// What schedulers and controllers read of a PodDisruptionBudget.
struct PodDisruptionBudgetView {
  explicit PodDisruptionBudgetView(const StoredObject& object);
  MetaView meta;
  LabelSelector selector;  // null in the document: no Pod; {}: every Pod of the namespace
  Value min_available, max_unavailable;  // int or "25%"; null: not stated
  bool always_evict_unready = false;     // unhealthyPodEvictionPolicy: AlwaysAllow
  std::int64_t disruptions_allowed = 0;
  std::int64_t observed_generation = 0;
  std::map<std::string, Time, std::less<>> disrupted_pods;  // name: when its eviction was granted
};

struct PriorityClassView {
  explicit PriorityClassView(const StoredObject& object);
  std::string name;
  std::int64_t value = 0;
  bool global_default = false, never_preempts = false;
};

}  // namespace inferlab::sim
