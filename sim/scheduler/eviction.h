#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "sim/api/api.h"
#include "sim/api/event_recorder.h"
#include "sim/scheduler/node_info.h"

namespace inferlab::sim {

/// Evicts the victims of a preemption by `pod` from `node`: each gets condition DisruptionTarget
/// and an Event, and is deleted with its own grace period. One that has gone is left alone.
/// Source: Kubernetes documentation, "Pod Priority and Preemption", "Pod disruption conditions".
void evict_victims(Api& api, EventRecorder& events, std::string_view scheduler_name,
                   const PodInfo& pod, const std::string& node,
                   const std::vector<PodInfoPtr>& victims);

/// Writes condition PodScheduled False and the Pod's nomination, as far as they differ from what is
/// there. `nominate`: nullptr leaves it as it is, "" takes it away.
void write_unschedulable(Api& api, const StoredObject& pod, const std::string& message,
                         const std::string* nominate);
/// Takes the nomination of a Pod away, if it has one.
void clear_nomination(Api& api, const ObjectKey& pod);

}  // namespace inferlab::sim
