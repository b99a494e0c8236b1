#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "engine/base/result.h"
#include "engine/base/time.h"
#include "sim/api/store.h"
#include "sim/api/value.h"

namespace inferlab::sim {

// What an analysis of Argo Rollouts is made of: templates, arguments, metrics.
// Source: Argo Rollouts 1.9 documentation, "Analysis & Progressive Delivery"; its utils/analysis.

/// spec of the AnalysisRun that a Rollout's analysis (a step's, or the one in the background) makes
/// of its templates; the hashes are what podTemplateHashValue stands for.
Result<Value> analysis_run_spec(const Store& store, const StoredObject& rollout,
                                const Value& analysis, std::string_view latest_hash,
                                std::string_view stable_hash);

/// What is wrong with a Rollout's analysis, `path` being where its templates are named; empty:
/// nothing.
std::string analysis_fault(const Store& store, const StoredObject& rollout, const Value& analysis,
                           bool is_background, const std::string& path);

/// spec.metrics with the values of spec.args in the place of {{args.NAME}}.
Result<Value> resolved_metrics(const Value& metrics, const Value& args);

/// What is wrong with such metrics, "metrics[0]: no provider specified"; empty: nothing. A provider
/// that is not simulated is named.
std::string metrics_fault(const Value& metrics);

/// A count or a limit, which may be written as a string; 0 when it is no number.
std::int64_t limit_of(const Value& value);

/// How many measurements a metric takes; nullopt: it goes on for ever.
std::optional<std::int64_t> effective_count(const Value& metric);

/// metric.interval or initialDelay; nullopt: none.
std::optional<Duration> metric_time(const Value& metric, std::string_view field);

}  // namespace inferlab::sim
