#pragma once

#include <string_view>

#include "sim/api/value.h"

namespace inferlab::sim {

// status.conditions of any object: a list with one item of each `type`.

/// The condition of this type, or null.
const Value& find_condition(const Value& conditions, std::string_view type);

/// `conditions` with this one in the place of the one of its type, or at the end. Whether it stands
/// as it is (lastTransitionTime and all) is the caller's affair.
Value set_condition(const Value& conditions, const Value& condition);

/// The same, by the API conventions: `condition` comes without lastTransitionTime, and gets `now`
/// ("2026-01-05T08:00:00Z") when its status is another than before, else the time it had.
Value set_condition_at(const Value& conditions, const Value& condition, std::string_view now);

}  // namespace inferlab::sim
