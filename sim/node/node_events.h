#pragma once

#include "sim/api/event_recorder.h"
#include "sim/api/value.h"

namespace inferlab::sim {

/// The Events of a report in which a condition of the node is new or has another status than in the
/// report before: "Node gpu-0 status is now: NodeHasDiskPressure". Takes status.conditions.
/// Source: kubelet 1.32, pkg/kubelet/nodestatus/setters.go and kubelet_node_status.go.
void record_conditions(EventRecorder& recorder, const StoredObject& node, const Value& before,
                       const Value& now);

/// "Node gpu-0 status is now: REASON".
void record_node_status(EventRecorder& recorder, const StoredObject& node, std::string_view reason);

}  // namespace inferlab::sim
