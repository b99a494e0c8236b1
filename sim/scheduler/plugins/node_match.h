#pragma once

#include "sim/scheduler/node_info.h"

namespace inferlab::sim {

/// Does the node meet the term? One that asks for nothing meets no node.
bool matches(const NodeSelectorTerm& term, const NodeInfo& node);
bool matches_any(const std::vector<NodeSelectorTerm>& terms, const NodeInfo& node);

/// spec.nodeSelector and required node affinity.
bool meets_node_affinity(const PodInfo& pod, const NodeInfo& node);

/// The first taint with effect NoSchedule or NoExecute that the Pod does not tolerate, or nullptr.
const Taint* untolerated_taint(const PodInfo& pod, const NodeInfo& node);

}  // namespace inferlab::sim
