#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "engine/base/time.h"
#include "sim/api/store.h"
#include "sim/api/value.h"

namespace inferlab::sim {

// Resources, labels and annotations of Argo Rollouts 1.9.
inline constexpr std::string_view kRollouts = "rollouts.argoproj.io";
inline constexpr std::string_view kAnalysisRuns = "analysisruns.argoproj.io";
inline constexpr std::string_view kAnalysisTemplates = "analysistemplates.argoproj.io";
inline constexpr std::string_view kClusterAnalysisTemplates =
    "clusteranalysistemplates.argoproj.io";
inline constexpr std::string_view kRolloutHash = "rollouts-pod-template-hash";
inline constexpr std::string_view kRolloutRevision = "rollout.argoproj.io/revision";
inline constexpr std::string_view kManagedByRollout =
    "argo-rollouts.argoproj.io/managed-by-rollouts";

/// One entry of spec.strategy.canary.steps.
struct CanaryStep {
  enum class Kind : std::uint8_t { kSetWeight, kPause, kAnalysis };
  Kind kind = Kind::kSetWeight;
  std::int64_t weight = 0;        // percent
  std::optional<Duration> pause;  // nullopt: until somebody goes on
  Value analysis;                 // as it stands
  std::string text;               // as events have it, "setWeight: 20"
};

/// spec with Argo's defaults.
struct RolloutSpec {
  std::int64_t replicas = 1, min_ready_seconds = 0, revision_history_limit = 10;
  Duration progress_deadline = 600s;
  bool paused = false, aborts_at_deadline = false;
  std::int64_t max_surge = 0, max_unavailable = 0;  // Pods
  std::int64_t rollback_window = 0;                 // revisions
  std::int64_t successful_runs_kept = 5, unsuccessful_runs_kept = 5;
  std::vector<CanaryStep> steps;
  Value analysis;  // in the background; null: none
  std::int64_t starting_step = 0;
  std::string stable_service, canary_service;
};

/// Assumes what rollout_fault() has found good.
RolloutSpec rollout_spec(const Value& document);

/// Why the controller cannot carry the Rollout out, as its condition InvalidSpec says it behind
/// "The Rollout … is invalid: "; empty: it can. What is not simulated is named.
/// Source: Argo Rollouts 1.9, pkg/apis/rollouts/validation.
std::string rollout_fault(const Store& store, const StoredObject& rollout);

/// status.currentStepHash: another one for other steps.
std::string steps_hash(const Value& document);

}  // namespace inferlab::sim
