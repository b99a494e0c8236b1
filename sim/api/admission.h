#pragma once

#include <optional>

#include "sim/api/request.h"

namespace inferlab::sim {

// The admission plugins of admission/table.cpp, one after the other, on a write that is no status.
// `old` is null for a creation; an answer means: refused.

/// Before validation: fills in, refuses. For a Service also the allocation of its address.
std::optional<ApiResponse> admit(Call& call, Value& object, const Value& old);

/// After validation, on what would be stored: refuses, and notes in call.charges what storing it
/// changes of other objects.
std::optional<ApiResponse> admit_valid(Call& call, const Value& object, const Value& old);

}  // namespace inferlab::sim
