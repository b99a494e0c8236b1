#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "labs/lint/context.h"
#include "labs/lint/workload.h"

namespace inferlab::labs::lint {

/// After how many seconds a probe that never succeeds acts: initialDelaySeconds + failureThreshold
/// × periodSeconds.
std::int64_t probe_budget(const sim::Value& probe);

/// How long the container's model takes to load with nothing cached; 0: nothing says.
double cold_load_seconds(const Container& container, const Context& context);

/// Whether the Service's traffic reaches this container: it has the port that a Service of the
/// workload leads to; where no container has one, the first is meant.
bool receives_traffic(const Workload& workload, const Container& container,
                      const std::vector<const Object*>& services);

}  // namespace inferlab::labs::lint
