#pragma once

#include "labs/lint/context.h"
#include "sim/cluster/cluster_spec.h"

namespace inferlab::labs::lint {

/// What a lab's cluster says for checks of the context's tier: its pools, models and storage. What
/// it does not say (approved registries, PriorityClasses, metrics) is not judged.
Context context_of(const sim::ClusterSpec& cluster);

}  // namespace inferlab::labs::lint
