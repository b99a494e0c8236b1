#pragma once

#include <string>

#include "sim/api/store.h"

namespace inferlab::sim {

/// What a Job's podFailurePolicy makes of one failed Pod.
struct FailureVerdict {
  std::string action;            // FailJob, FailIndex, Ignore, Count; empty: no rule fits
  bool counts = true;            // towards the back-off limit
  std::string fail_job_message;  // of FailJob
};

/// The first rule that fits decides. Without a policy (null) every failure counts.
/// Source: Kubernetes documentation, "Jobs", "Pod failure policy".
FailureVerdict judge_failure(const Value& policy, const StoredObject& pod);

}  // namespace inferlab::sim
