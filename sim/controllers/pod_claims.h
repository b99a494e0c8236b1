#pragma once

#include <functional>
#include <vector>

#include "sim/api/store.h"
#include "sim/api/views.h"
#include "sim/controllers/workload_context.h"

namespace inferlab::sim {

/// The Pods that `owner` controls, whatever state they are in, by name.
///
/// Before that, Pods of its namespace that nobody controls and that belong to it are adopted, and
/// those it controls that no longer belong to it are let go; not while it is being deleted.
/// Source: Kubernetes documentation, "Owners and Dependents"; client-go's ControllerRefManager.
std::vector<ObjectPtr> claim_pods(const WorkloadContext& context, const StoredObject& owner,
                                  const std::function<bool(const PodView&)>& belongs);

}  // namespace inferlab::sim
