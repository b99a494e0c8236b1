#pragma once

#include <optional>
#include <span>
#include <string>
#include <string_view>

#include "engine/base/time.h"
#include "sim/api/store.h"
#include "sim/api/value.h"

namespace inferlab::sim {

// What a Deployment says about itself: status and its conditions Available and Progressing, with
// the reasons and texts of kube-controller-manager 1.32.

inline constexpr std::string_view kTimedOut = "ProgressDeadlineExceeded";
inline constexpr std::string_view kNewSetAvailable = "NewReplicaSetAvailable";

/// spec.progressDeadlineSeconds is set to something that can pass.
bool has_progress_deadline(const StoredObject& deployment);

/// Sets a condition in `conditions`; nothing changes while status and reason stay the same, and
/// lastTransitionTime moves only with the status.
Value set_deployment_condition(const Value& conditions, std::string_view type,
                               std::string_view status, std::string_view reason,
                               std::string_view message, Time now);
Value remove_deployment_condition(const Value& conditions, std::string_view type);

/// Counts and condition Available; the other conditions are those of `deployment`. `all` are its
/// ReplicaSets, `new_set` the one of its present template, nullptr for none.
Value deployment_status(const StoredObject& deployment, std::span<const ObjectPtr> all,
                        const StoredObject* new_set, Time now);

/// The status with condition Progressing brought up to date after a step of a rollout, and with the
/// failures of the ReplicaSets.
Value rollout_status(const StoredObject& deployment, std::span<const ObjectPtr> all,
                     const StoredObject* new_set, Time now);

/// All Pods are of the new template, available, and there are no others.
bool is_complete(const StoredObject& deployment, const Value& status);

/// How long from now the progress deadline has to be looked at again; nullopt: not at all.
std::optional<Duration> until_deadline(const StoredObject& deployment, const Value& status,
                                       Time now);

}  // namespace inferlab::sim
