// The part of a look at a Rollout that keeps its conditions.
// Source: Argo Rollouts 1.9, utils/conditions/conditions.go; calculateRolloutConditions and
// evaluateProgressDeadlineAbort of rollout/sync.go.
#include <fmt/format.h>

#include "sim/api/conditions.h"
#include "sim/api/views.h"
#include "sim/controllers/controller.h"
#include "sim/controllers/deployment_status.h"
#include "sim/controllers/pod_state.h"
#include "sim/controllers/rollout_sync.h"

namespace inferlab::sim {
namespace {

std::int64_t count_in(const Value& status, const char* field) {
  return status[field].as_int();
}

}  // namespace

bool is_rollout_completed(const Value& status) {
  return !status["stableRS"].empty() && status["stableRS"] == status["currentPodHash"];
}

bool RolloutSync::is_healthy(const Value& fresh) const {
  const Value& index = fresh["currentStepIndex"];
  const bool has_done_all = spec_.steps.empty() || index.is_null() ||
                            index.as_int() == static_cast<std::int64_t>(spec_.steps.size());
  // The generation that was observed before: a change shows as progress first.
  const std::string generation = std::to_string(document()["metadata"]["generation"].as_int());
  return has_done_all && is_rollout_completed(fresh) &&
         count_in(fresh, "replicas") == spec_.replicas &&
         count_in(fresh, "updatedReplicas") == spec_.replicas &&
         count_in(fresh, "availableReplicas") == spec_.replicas &&
         status()["observedGeneration"].as_string() == generation;
}

bool RolloutSync::is_progressing(const Value& fresh) const {
  const Value& before = status();
  const auto old_pods = [](const Value& of) {
    return count_in(of, "replicas") - count_in(of, "updatedReplicas");
  };
  const Value &step = fresh["currentStepIndex"], &step_before = before["currentStepIndex"];
  const bool has_stepped = !step.is_null() && !step_before.is_null() && step != step_before;
  return has_stepped || fresh["stableRS"] != before["stableRS"] ||
         fresh["currentStepHash"] != before["currentStepHash"] ||
         count_in(fresh, "updatedReplicas") != count_in(before, "updatedReplicas") ||
         old_pods(fresh) < old_pods(before) ||
         count_in(fresh, "readyReplicas") > count_in(before, "readyReplicas") ||
         count_in(fresh, "availableReplicas") > count_in(before, "availableReplicas");
}

bool RolloutSync::is_timed_out() const {
  const Value& condition = find_condition(status()["conditions"], "Progressing");
  const std::string_view reason = condition["reason"].as_string();
  if (condition.is_null() || reason == "RolloutAborted" || reason == "RolloutPaused") return false;
  if (reason == kTimedOut) return true;
  const auto since = parse_rfc3339(condition["lastUpdateTime"].as_string());
  return since && *since + spec_.progress_deadline < now();
}

bool RolloutSync::is_indefinite_step() const {
  const CanaryStep* const step = current_step();
  if (step != nullptr && step->kind != CanaryStep::Kind::kSetWeight) return true;
  return find_condition(status()["conditions"], "Paused")["status"].as_string() == "True";
}

std::string RolloutSync::timeout_message() const {
  return fmt::format("ReplicaSet \"{}\" has timed out progressing.", new_->key.name);
}

void RolloutSync::abort_at_deadline(const Value& fresh) {
  if (!spec_.aborts_at_deadline || is_aborted() || is_rollout_completed(fresh)) return;
  if (is_progressing(fresh) || is_indefinite_step() || !is_timed_out()) return;
  adds_abort_ = true;
  abort_message_ = timeout_message();
  context_.events.warning(*rollout_, "RolloutAborted", abort_message_);
}

void RolloutSync::put_progress(Value& fresh, bool became_unhealthy) {
  const std::string set = fmt::format("ReplicaSet \"{}\"", new_->key.name);
  Value conditions = fresh["conditions"];
  if (is_healthy(fresh)) {
    conditions = set_deployment_condition(conditions, "Progressing", "True", kNewSetAvailable,
                                          set + " has successfully progressed.", now());
  } else if (is_progressing(fresh) || became_unhealthy) {
    const bool is_setback = became_unhealthy && is_rollout_completed(fresh);
    const Value& current = find_condition(status()["conditions"], "Progressing");
    const bool was_true = current["status"].as_string() == "True";
    // Each step of progress renews lastUpdateTime, from which the deadline counts.
    conditions = remove_deployment_condition(conditions, "Progressing");
    conditions = set_deployment_condition(
        conditions, "Progressing", "True",
        is_setback ? "ReplicaSetNotAvailable" : "ReplicaSetUpdated",
        is_setback ? "Rollout does not have minimum availability" : set + " is progressing.",
        now());
    if (was_true) {
      conditions =
          set_condition(conditions, find_condition(conditions, "Progressing")
                                        .with("lastTransitionTime", current["lastTransitionTime"]));
    }
  } else if (!is_indefinite_step() && is_timed_out()) {
    conditions = set_deployment_condition(conditions, "Progressing", "False", kTimedOut,
                                          timeout_message(), now());
  }
  fresh = fresh.with("conditions", conditions);
}

void RolloutSync::put_conditions(Value& fresh) {
  const auto set = [&](std::string_view type, std::string_view value, std::string_view reason,
                       std::string_view message) {
    const Value before = fresh["conditions"];
    fresh = fresh.with("conditions",
                       set_deployment_condition(before, type, value, reason, message, now()));
    return fresh["conditions"] != before;
  };
  const bool is_paused = spec_.paused || !fresh["pauseConditions"].empty();
  bool became_unhealthy = false;
  if (!is_paused && is_healthy(fresh)) {
    set("Healthy", "True", "RolloutHealthy", "Rollout is healthy");
  } else if (!find_condition(status()["conditions"], "Healthy").is_null()) {
    became_unhealthy = set("Healthy", "False", "RolloutHealthy", "Rollout is not healthy");
  }
  if (is_aborted()) {
    std::string message =
        fmt::format("Rollout aborted update to revision {}", rollout_revision(*rollout_));
    if (!abort_message_.empty()) message += fmt::format(": {}", abort_message_);
    if (set("Progressing", "False", "RolloutAborted", message)) {
      context_.events.warning(*rollout_, "RolloutAborted", message);
    }
  } else {
    put_progress(fresh, became_unhealthy);
  }
  const bool is_available = count_in(fresh, "availableReplicas") >= spec_.replicas;
  set("Available", is_available ? "True" : "False", "AvailableReason",
      is_available ? "Rollout has minimum availability"
                   : "Rollout does not have minimum availability");
  Value failure = condition_of(new_->document, "ReplicaFailure");
  for (const ObjectPtr& other : others_) {
    if (failure.is_null()) failure = condition_of(other->document, "ReplicaFailure");
  }
  if (failure.is_null() && stable_ != nullptr) {
    failure = condition_of(stable_->document, "ReplicaFailure");
  }
  if (failure.is_null()) {
    fresh = fresh.with("conditions",
                       remove_deployment_condition(fresh["conditions"], "ReplicaFailure"));
  } else {
    set("ReplicaFailure", failure["status"].as_string(), failure["reason"].as_string(),
        failure["message"].as_string());
  }
  const bool is_over = is_rollout_completed(fresh);
  const bool is_news =
      set("Completed", is_over ? "True" : "False", "RolloutCompleted", "RolloutCompleted");
  if (is_over || !is_news) return;
  context_.events.normal(
      *rollout_, "RolloutNotCompleted",
      fmt::format("Rollout not completed, started update to revision {} ({})",
                  rollout_revision(*rollout_), fresh["currentPodHash"].as_string()));
}

}  // namespace inferlab::sim
