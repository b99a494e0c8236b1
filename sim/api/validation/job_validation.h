#pragma once

#include "sim/api/kind.h"

namespace inferlab::sim {

/// Jobs and CronJobs. Kind::validate.
/// Source: Kubernetes 1.32, pkg/apis/batch/validation.
void validate_job(const Value& object, const Value& old, FieldErrors& errors);
void validate_cron_job(const Value& object, const Value& old, FieldErrors& errors);

}  // namespace inferlab::sim
