#pragma once

#include <cstddef>
#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "engine/base/result.h"
#include "engine/base/time.h"
#include "sim/api/value.h"
#include "sim/api/views_scheduling.h"

namespace inferlab::sim {

/// Where plugins take part, as bits of ExtensionPoints. Source: Kubernetes documentation,
/// "Scheduling Framework".
enum class ExtensionPoint : std::uint8_t {
  kPreEnqueue,
  kQueueSort,
  kPreFilter,
  kFilter,
  kPostFilter,
  kPreScore,
  kScore,
  kReserve,
  kPermit,
  kPreBind,
  kBind,
  kPostBind,
};
using ExtensionPoints = std::uint16_t;
inline constexpr ExtensionPoints kEveryPoint = (1U << 12) - 1;
constexpr bool includes(ExtensionPoints points, ExtensionPoint point) {
  return (points >> static_cast<unsigned>(point) & 1U) != 0;
}

/// How NodeResourcesFit scores.
enum class FitStrategy : std::uint8_t {
  kLeastAllocated,
  kMostAllocated,
  kRequestedToCapacityRatio
};

struct ScoredResource {
  std::string name;  // "cpu", "memory", "nvidia.com/gpu"
  std::int64_t weight = 1;
};

/// A point of the function that RequestedToCapacityRatio scores by.
struct ShapePoint {
  std::int64_t utilization = 0;  // per cent
  std::int64_t score = 0;        // 0 … 10
};

/// What a KubeSchedulerConfiguration can say about one profile; the defaults are those of
/// kube-scheduler 1.32.
/// Source: Kubernetes documentation, "Scheduler Configuration"; reference of
/// kubescheduler.config.k8s.io/v1.
struct SchedulerProfile {
  std::string scheduler_name = "default-scheduler";
  std::int64_t percentage_of_nodes_to_score = 0;  // 0: by the size of the cluster
  Duration initial_backoff = Duration(1s), max_backoff = Duration(10s);

  /// Where plugins run that do not run everywhere, or that the default profile lacks.
  std::map<std::string, ExtensionPoints, std::less<>> points;
  std::map<std::string, std::int64_t, std::less<>> weights;  // other than the default ones

  FitStrategy fit_strategy = FitStrategy::kLeastAllocated;
  std::vector<ScoredResource> fit_resources = {{"cpu", 1}, {"memory", 1}};
  std::vector<ShapePoint> fit_shape;  // by utilization; of kRequestedToCapacityRatio
  std::vector<std::string> ignored_resources, ignored_resource_groups;
  std::vector<ScoredResource> balanced_resources = {{"cpu", 1}, {"memory", 1}};

  /// Of NodeAffinity: what every Pod of the profile must, or would rather, meet on top of its own.
  std::optional<std::vector<NodeSelectorTerm>> added_required_affinity;
  std::vector<PreferredNodeTerm> added_preferred_affinity;

  /// Of PodTopologySpread, for Pods without constraints of their own; a Pod's selector is that of
  /// the Services and the controller it belongs to.
  bool system_default_spread = true;  // then `default_spread` is not read
  std::vector<SpreadConstraint> default_spread;

  std::int64_t hard_pod_affinity_weight = 1;
  bool ignore_preferred_terms_of_existing_pods = false;

  /// Of Coscheduling: how long a Pod keeps its node while it waits for the rest of its group; a
  /// PodGroup may say otherwise.
  Duration permit_waiting_time = 60s;

  std::int64_t min_candidate_nodes_percentage = 10;
  std::int64_t min_candidate_nodes_absolute = 100;

  /// How many feasible nodes end the search: all below 100 nodes; then the percentage, or 50 %
  /// falling to 5 % with the size of the cluster; at least 100.
  [[nodiscard]] std::size_t nodes_to_find(std::size_t num_nodes) const;
};

/// Reads the profiles of a KubeSchedulerConfiguration, at least one. kInvalid, naming the field,
/// for what cannot be: an unknown field, plugin or strategy, a weight below zero, a shape that goes
/// back, two profiles of one name or with different queueSort plugins; and for what is not
/// simulated. Plugins run in the order of the default profile, whatever the order they are enabled
/// in.
Result<std::vector<SchedulerProfile>> profiles_from(const Value& configuration);

}  // namespace inferlab::sim
