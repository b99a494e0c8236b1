#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "sim/api/store.h"
#include "sim/api/views.h"

namespace inferlab::sim {

// The arithmetic of a rolling update. All of it is pure; counts are Pods.
// Source: Kubernetes documentation, "Deployments"; kube-controller-manager 1.32.

/// `value` is a number or a percentage ("25%") of `total`.
std::int64_t scaled_value(const Value& value, std::int64_t total, bool round_up);

/// Pods above and below spec.replicas that a rolling update may make; surge is rounded up,
/// unavailable down, and if both come out as 0 one Pod may be unavailable. 0 for Recreate.
std::int64_t max_surge(const DeploymentView& deployment);
std::int64_t max_unavailable(const DeploymentView& deployment);

/// The sums over ReplicaSets, of spec.replicas and of status.availableReplicas.
std::int64_t total_replicas(std::span<const ObjectPtr> sets);
std::int64_t total_available(std::span<const ObjectPtr> sets);

/// What the new ReplicaSet's size should be, which has `current` now, when all have `total`.
std::int64_t new_set_size(const DeploymentView& deployment, std::int64_t current,
                          std::int64_t total);

/// Sizes for all `sets` so that their sum moves to the size that `deployment` now allows, in
/// proportion to what they have: [sets.size()]. The sets hold Pods and are not empty; the first
/// takes what rounding leaves.
std::vector<std::int64_t> proportional_sizes(const DeploymentView& deployment,
                                             std::int64_t status_replicas,
                                             std::span<const ObjectPtr> sets);

/// Revision of a ReplicaSet, from its annotation; 0 without one.
std::int64_t revision_of(const StoredObject& set);
inline constexpr std::string_view kRevision = "deployment.kubernetes.io/revision";
inline constexpr std::string_view kRevisionHistory = "deployment.kubernetes.io/revision-history";
inline constexpr std::string_view kDesiredReplicas = "deployment.kubernetes.io/desired-replicas";
inline constexpr std::string_view kMaxReplicas = "deployment.kubernetes.io/max-replicas";
inline constexpr std::string_view kTemplateHash = "pod-template-hash";

/// A whole number in an annotation; -1 when it is missing or none.
std::int64_t annotation_number(const StoredObject& object, std::string_view name);

/// The name part that stands for a Pod template, "5d4f7c9b8f"; another one for each collision. The
/// letters are those Kubernetes uses; the number behind them is our own hash of the template.
std::string template_hash(const Value& pod_template, std::int64_t collisions);

}  // namespace inferlab::sim
