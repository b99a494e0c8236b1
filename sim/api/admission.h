#pragma once

#include <optional>
#include <string_view>

#include "sim/api/request.h"

namespace inferlab::sim {

// The admission plugins of admission/table.cpp, one after the other, on a write that is no status.
// `old` is null for a creation; an answer means: refused.

/// Before validation: fills in, refuses. For a Service also the allocation of its address.
std::optional<ApiResponse> admit(Call& call, Value& object, const Value& old);

/// After validation, on what would be stored: refuses, and notes in call.charges what storing it
/// changes of other objects.
std::optional<ApiResponse> admit_valid(Call& call, const Value& object, const Value& old);

/// A write that is not of a whole object, or leaves none.
struct PartWrite {
  std::string_view operation;    // "CREATE", "UPDATE", "DELETE"
  std::string_view subresource;  // "status", "scale", "binding"; empty: a deletion
  const Value& object;           // what is written there; null: a deletion
  const Value& old;              // what was there; null: nothing
};

/// Asks the plugins that see every write; an answer means: refused.
std::optional<ApiResponse> admit_part(Call& call, const PartWrite& write);

}  // namespace inferlab::sim
