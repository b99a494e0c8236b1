#pragma once

#include <optional>

#include "sim/api/request.h"

namespace inferlab::sim {

/// Gives a Service its cluster IP out of 10.96.0.0/16 and its node ports out of 30000-32767, from
/// the run's stream "services", and checks what it asks for by name. An answer means: refused.
/// Source: Kubernetes documentation, "Service ClusterIP allocation".
std::optional<ApiResponse> allocate_service(Call& call, Value& object, const Value& old);

}  // namespace inferlab::sim
