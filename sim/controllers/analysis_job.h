#pragma once

#include <cstdint>
#include <string>

#include "sim/api/api.h"
#include "sim/api/store.h"
#include "sim/api/value.h"

namespace inferlab::sim {

// The metric provider "job": a measurement is a Job of the AnalysisRun, a success when it completes
// and a failure when it fails.
// Source: Argo Rollouts 1.9 documentation, "Job Metrics"; its metricproviders/job/job.go.

inline constexpr std::string_view kAnalysisRunUid = "analysisrun.argoproj.io/uid";

/// Makes the Job of the metric's next measurement, and returns the measurement.
Value begin_job_measurement(Api& api, const StoredObject& run, const Value& metric,
                            std::int64_t measured_before, const std::string& user);

/// The measurement as its Job stands now.
Value resume_job_measurement(Api& api, const StoredObject& run, const Value& measurement);

/// Deletes its Job; the measurement is over.
Value terminate_job_measurement(Api& api, const StoredObject& run, const Value& measurement,
                                const std::string& user);

/// Deletes the run's oldest Jobs but for `kept` of them.
void drop_old_jobs(Api& api, const StoredObject& run, std::int64_t kept, const std::string& user);

}  // namespace inferlab::sim
