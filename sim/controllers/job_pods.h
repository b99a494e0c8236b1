#pragma once

#include <optional>
#include <span>
#include <string>

#include "sim/api/store.h"

namespace inferlab::sim {

// What the Job controller reads off a Pod, and the Pods that it makes.
// Source: Kubernetes documentation, "Jobs"; kube-controller-manager 1.32.

/// Holds a Pod until its end is counted in the Job's status.
inline constexpr std::string_view kJobTracking = "batch.kubernetes.io/job-tracking";
inline constexpr std::string_view kCompletionIndex = "batch.kubernetes.io/job-completion-index";

bool is_tracked(const StoredObject& pod);
/// metadata.finalizers without kJobTracking.
Value without_tracking(const StoredObject& pod);
/// nullopt without a good one.
std::optional<std::int64_t> completion_index(const StoredObject& pod);
/// Being deleted, and not at its end yet.
bool is_terminating(const StoredObject& pod);
/// When the Pod came to its end, as well as can be told.
Time finish_time(const StoredObject& pod);

/// Complete or Failed.
bool is_job_finished(const Value& job);
bool is_indexed(const Value& job);
bool has_limit_per_index(const Value& job);
/// Whether a Pod is replaced only once it is at its end, not as soon as it is being deleted.
bool replaces_failed_only(const Value& job);
/// At its end as failed or, when the Job replaces such Pods at once, being deleted.
bool is_pod_failed(const StoredObject& pod, const Value& job);

/// How often this index has failed before this Pod, as its annotation says; `ignored` failures,
/// which do not count towards the limit, apart.
struct IndexFailures {
  std::int64_t counted = 0, ignored = 0;
  [[nodiscard]] std::int64_t all() const { return counted + ignored; }
};
IndexFailures index_failures(const StoredObject& pod);

/// The next Pod of the Job; of index `index`, in place of the failed Pod `replaced` if not nullptr.
Value job_pod(const StoredObject& job, std::optional<std::int64_t> index,
              const StoredObject* replaced);

}  // namespace inferlab::sim
