#pragma once

#include <optional>
#include <string>

#include "engine/base/result.h"
#include "engine/base/time.h"
#include "labs/checks/check.h"
#include "labs/spec/spec_table.h"
#include "sim/api/value.h"

namespace inferlab::labs {

/// The form of a condition that an incident has ended: a check that holds from then on, or a user
/// who is refused all that he asks for.
extern const SpecTable kIncidentEndTable;

struct IncidentEnd {
  std::optional<Time> at;  // since when it holds, up to the end of the run; none: not at the end
  std::string seen;        // of one that does not hold
};

/// Since when such a condition holds in the run with this change (labs/checks/change.h), counted
/// from `begin` on: what holds all the time, or is never broken, holds since then.
Result<IncidentEnd> incident_end(CheckContext& context, const sim::Value& change,
                                 const sim::Value& condition, Time begin);

}  // namespace inferlab::labs
