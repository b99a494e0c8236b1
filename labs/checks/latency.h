#pragma once

#include <string_view>

#include "labs/checks/check.h"
#include "labs/spec/spec_table.h"

namespace inferlab::labs {

/// The params of latency_p95_below(): namespace, deployment, limit.
extern const SpecTable kLatencyParams;

/// The 95th percentile of the histogram `metric`, over everything that the Deployment's Pods served
/// in the graded run, is at most the param `limit`. Reads scraped metrics, never the simulator.
Result<Finding> latency_p95_below(CheckContext& context, const Params& params,
                                  std::string_view metric, std::string_view called);

}  // namespace inferlab::labs
