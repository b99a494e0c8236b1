#pragma once

#include <cstdint>
#include <string>

#include "engine/base/result.h"
#include "engine/base/time.h"
#include "labs/checks/check.h"
#include "labs/spec/spec_table.h"
#include "sim/api/value.h"

namespace inferlab::labs {

/// The form of a limit to what an incident may cost.
extern const SpecTable kIncidentHarmTable;

/// How much of it there was from `begin` to the end of the run.
Result<std::int64_t> incident_harm(CheckContext& context, const VariantSpec& variant,
                                   const sim::Value& limit, Time begin);

/// "3 Secrets read by ann", "at most 3 Secrets read by ann": `count` is what stands in front.
std::string harm_text(const sim::Value& limit, const std::string& count);

}  // namespace inferlab::labs
