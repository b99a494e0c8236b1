#pragma once

#include <string_view>

#include "sim/api/views.h"

namespace inferlab::sim {

/// What a Pod asks for (`field` "requests") or may use ("limits"), of its containers together.
/// Containers run side by side; init containers one after the other before them, except those with
/// restartPolicy Always, which stay. Without spec.overhead.
/// Source: Kubernetes documentation, "Init Containers", "Resource sharing within containers".
Resources pod_resources(const Value& pod_spec, std::string_view field);

}  // namespace inferlab::sim
