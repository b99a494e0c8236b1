#pragma once

#include <set>
#include <string>

#include "engine/base/time.h"
#include "sim/api/event_recorder.h"
#include "sim/api/store.h"
#include "sim/api/value.h"

namespace inferlab::sim {

/// Successful, Failed, Error and Inconclusive are ends; "", Pending and Running are none.
bool is_analysis_over(std::string_view phase);

/// status.metricResults' entry of this name; null: none.
const Value& metric_result(const Value& status, std::string_view metric);
/// `status` with this entry in the place of the one of its name, or at the end.
Value with_metric_result(const Value& status, const Value& result);

/// A measurement counted into its metric's result, in the place of the last one if that was still
/// under way.
Value with_measurement(Value result, const Value& measurement, bool replaces_last);

/// spec.terminate, or a metric has ended badly: nothing more is measured.
bool is_terminating(const Value& run, const Value& status);

/// Brings phases, summaries and messages of `status` up to date with the measurements; what is over
/// is told as Events about `run`. `metrics` have their arguments' values; failures of those in
/// `dry_run` do not count.
/// Source: Argo Rollouts 1.9, analysis/analysis.go, assessRunStatus.
Value assessed(const StoredObject& run, Value status, const Value& metrics,
               const std::set<std::string>& dry_run, EventRecorder& events, Time now);

}  // namespace inferlab::sim
