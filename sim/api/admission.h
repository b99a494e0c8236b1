#pragma once

#include <optional>

#include "sim/api/request.h"

namespace inferlab::sim {

/// What the API server's admission plugins do to a new object before it is validated:
/// NamespaceLifecycle, ServiceAccount, DefaultTolerationSeconds, Priority, RuntimeClass; and, for a
/// Service, the allocation of its address. An answer means: refused.
std::optional<ApiResponse> admit(Call& call, Value& object, const Value& old);

}  // namespace inferlab::sim
