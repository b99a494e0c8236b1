// The part of a look at a Rollout that goes on to the next step and says in the status how it is.
#include <fmt/format.h>

#include <algorithm>

#include "sim/api/conditions.h"
#include "sim/api/selector.h"
#include "sim/api/views.h"
#include "sim/controllers/controller.h"
#include "sim/controllers/deployment_status.h"
#include "sim/controllers/rollout_sync.h"

namespace inferlab::sim {
namespace {

constexpr std::string_view kAborted = "RolloutAborted";
constexpr std::string_view kPaused = "RolloutPaused";

std::int64_t count_in(const Value& status, const char* field) {
  return status[field].as_int();
}

}  // namespace

RolloutPhase rollout_phase(const RolloutSpec& spec, const Value& status) {
  for (const Value& condition : status["conditions"].items()) {
    if (condition["type"].as_string() == "InvalidSpec") {
      return {"Degraded", fmt::format("InvalidSpec: {}", condition["message"].as_string())};
    }
    const std::string_view reason = condition["reason"].as_string();
    if (reason == kAborted || reason == kTimedOut) {
      return {"Degraded", fmt::format("{}: {}", reason, condition["message"].as_string())};
    }
  }
  if (spec.paused) return {"Paused", "manually paused"};
  if (!status["pauseConditions"].empty()) {
    return {"Paused", status["pauseConditions"][std::size_t{0}]["reason"].str()};
  }
  const std::int64_t updated = count_in(status, "updatedReplicas");
  if (updated < spec.replicas) return {"Progressing", "more replicas need to be updated"};
  if (count_in(status, "availableReplicas") < updated) {
    return {"Progressing", "updated replicas are still becoming available"};
  }
  if (count_in(status, "replicas") > updated) {
    return {"Progressing", "old replicas are pending termination"};
  }
  if (!is_rollout_completed(status)) return {"Progressing", "waiting for all steps to complete"};
  return {"Healthy", ""};
}

Result<void> RolloutSync::mark_pauses() {
  const std::string generation = std::to_string(document()["metadata"]["generation"].as_int());
  if (status()["observedGeneration"].as_string() != generation) return {};
  const Value& progressing = find_condition(status()["conditions"], "Progressing");
  const std::string_view reason = progressing["reason"].as_string();
  const bool is_paused = spec_.paused || !status()["pauseConditions"].empty();
  const bool was_aborted = reason == kAborted;
  Value conditions = status()["conditions"];
  const auto set = [&](std::string_view type, std::string_view value, std::string_view why,
                       std::string_view message) {
    conditions = set_deployment_condition(conditions, type, value, why, message, now());
  };
  if (is_paused != (reason == kPaused) && !was_aborted && !is_rollout_completed(status())) {
    set("Progressing", "Unknown", is_paused ? kPaused : "RolloutResumed",
        is_paused ? "Rollout is paused" : "Rollout is resumed");
  }
  if (was_aborted && !status()["abort"].as_bool()) {
    set("Progressing", "Unknown", "RolloutRetry", "Retrying Rollout after abort");
  }
  const bool says_paused =
      find_condition(status()["conditions"], "Paused")["status"].as_string() == "True";
  if (is_paused != says_paused && !was_aborted) {
    set("Paused", is_paused ? "True" : "False", kPaused, "Rollout is paused");
  }
  if (conditions == status()["conditions"]) return {};
  const Value fresh = status().with("conditions", conditions);
  const RolloutPhase phase = rollout_phase(spec_, fresh);
  return write_status(
      phase.message.empty()
          ? fresh.with("phase", Value(phase.phase)).without("message")
          : fresh.with("phase", Value(phase.phase)).with("message", Value(phase.message)));
}

Value RolloutSync::base_status() const {
  std::vector<ObjectPtr> all = others_;
  all.push_back(new_);
  if (has_stable_set()) all.push_back(stable_);
  std::int64_t replicas = 0, ready = 0, available = 0;
  for (const ObjectPtr& set : all) {
    const ReplicaSetView& view = set->view<ReplicaSetView>();
    replicas += view.status_replicas;
    ready += view.status_ready_replicas;
    available += view.status_available_replicas;
  }
  Value out = Value::object(
      {{"currentPodHash", new_->document["metadata"]["labels"][kRolloutHash]},
       {"currentStepHash", Value(steps_hash(document()))},
       {"selector", Value(LabelSelector::from_object(document()["spec"]["selector"]).str())},
       {"blueGreen", Value::object()}});
  const auto put = [&out](const char* field, std::int64_t count) {
    if (count != 0) out = out.with(field, count);
  };
  put("replicas", replicas);
  put("updatedReplicas", new_->view<ReplicaSetView>().status_replicas);
  put("readyReplicas", ready);
  put("availableReplicas", available);
  put("HPAReplicas", replicas);
  put("collisionCount", status()["collisionCount"].as_int());
  for (const char* field : {"stableRS", "promoteFull"}) {
    if (!status()[field].empty()) out = out.with(field, status()[field]);
  }
  // An InvalidSpec of before is not true any more: the controller has come so far.
  return out.with("conditions", remove_deployment_condition(status()["conditions"], "InvalidSpec"));
}

void RolloutSync::reset_status(Value& fresh) {
  clears_pauses_ = removes_abort_ = true;
  fresh = fresh.without("promoteFull");
  canary_status_ = Value::object();
  if (spec_.steps.empty()) return;
  const auto count = static_cast<std::int64_t>(spec_.steps.size());
  std::int64_t index = 0;
  if (status()["stableRS"] == new_->document["metadata"]["labels"][kRolloutHash]) {
    context_.events.normal(*rollout_, "SkipSteps", "Rollback to stable ReplicaSets");
    index = count;
  } else if (is_rollback_in_window() && new_->view<ReplicaSetView>().replicas > 0) {
    context_.events.normal(*rollout_, "SkipSteps",
                           "Rollback to active ReplicaSets within RollbackWindow");
    index = count;
  }
  fresh = fresh.with("currentStepIndex", index);
}

std::string RolloutSync::why_promote() const {
  if (stable_ == nullptr) return "Initial deploy";
  if (is_aborted()) return {};
  if (new_->view<ReplicaSetView>().status_available_replicas < spec_.replicas) return {};
  if (status()["promoteFull"].as_bool()) return "Full promotion requested";
  if (is_rollback_in_window()) return "Rollback within window";
  const auto count = static_cast<std::int64_t>(spec_.steps.size());
  if (count == 0 || step_index() == count) {
    return fmt::format("Completed all {} canary steps", count);
  }
  return {};
}

void RolloutSync::promote_stable(Value& fresh, const std::string& why) {
  clears_pauses_ = removes_abort_ = true;
  fresh = fresh.without("promoteFull");
  if (!spec_.steps.empty()) {
    fresh = fresh.with("currentStepIndex", static_cast<std::int64_t>(spec_.steps.size()));
  }
  if (fresh["stableRS"] == fresh["currentPodHash"]) return;
  fresh = fresh.with("stableRS", fresh["currentPodHash"]);
  context_.events.normal(
      *rollout_, "RolloutCompleted",
      fmt::format("Rollout completed update to revision {} ({}): {}", rollout_revision(*rollout_),
                  fresh["currentPodHash"].as_string(), why));
}

Result<void> RolloutSync::sync_canary_status() {
  Value fresh = base_status();
  const auto count = static_cast<std::int64_t>(spec_.steps.size());
  if (template_or_steps_changed()) {
    reset_status(fresh);
    return persist(std::move(fresh));
  }
  std::int64_t index = step_index();
  if (status()["promoteFull"].as_bool() || is_rollback_in_window()) {
    clears_pauses_ = removes_abort_ = true;
    if (count > 0) index = count;
  }
  if (const std::string why = why_promote(); !why.empty()) {
    promote_stable(fresh, why);
    return persist(std::move(fresh));
  }
  if (is_aborted()) {
    if (count > 0) fresh = fresh.with("currentStepIndex", is_rollout_completed(fresh) ? count : 0);
    return persist(std::move(fresh));
  }
  if (step_is_done()) {
    const std::string text = current_step()->text;
    ++index;
    canary_status_ = canary_status_.without("currentStepAnalysisRunStatus");
    context_.events.normal(*rollout_, "RolloutStepCompleted",
                           fmt::format("Rollout step {}/{} completed ({})", index, count, text));
    ends_step_pause_ = true;
  }
  if (count > 0) fresh = fresh.with("currentStepIndex", index);
  return persist(std::move(fresh));
}

void RolloutSync::put_pauses(Value& fresh) {
  if (is_aborted()) {
    const Value& since = status()["abortedAt"];
    fresh = fresh.with("abort", true)
                .with("abortedAt", since.is_null() ? Value(format_rfc3339(now())) : since);
    return;
  }
  fresh = fresh.without("abort").without("abortedAt");
  fresh = fresh.without("pauseConditions").without("controllerPause");
  if (clears_pauses_) return;
  bool by_controller = status()["controllerPause"].as_bool();
  Value::Array out;
  for (const Value& condition : status()["pauseConditions"].items()) {
    if (!(ends_step_pause_ && condition["reason"].as_string() == kStepPause)) {
      out.push_back(condition);
    }
  }
  for (const std::string& reason : added_pauses_) {
    if (!pause_condition(reason).is_null()) continue;
    out.push_back(
        Value::object({{"reason", Value(reason)}, {"startTime", Value(format_rfc3339(now()))}}));
    by_controller = true;
  }
  if (out.empty()) return;
  fresh = fresh.with("pauseConditions", Value::array(std::move(out)));
  if (by_controller) fresh = fresh.with("controllerPause", true);
}

Result<void> RolloutSync::persist(Value fresh) {
  const Value& metadata = document()["metadata"];
  fresh = fresh.with("observedGeneration", Value(std::to_string(metadata["generation"].as_int())))
              .with("canary", canary_status_);
  abort_at_deadline(fresh);
  put_pauses(fresh);
  put_conditions(fresh);
  const RolloutPhase phase = rollout_phase(spec_, fresh);
  fresh = fresh.with("phase", Value(phase.phase)).without("message");
  if (!phase.message.empty()) fresh = fresh.with("message", Value(phase.message));
  const Value before = status();
  INFERLAB_TRY_VOID(write_status(fresh));
  look_again_at_deadline(fresh);
  const bool was_paused = !before["pauseConditions"].empty();
  const bool is_paused = !fresh["pauseConditions"].empty();
  if (is_paused && !was_paused) {
    context_.events.normal(
        *rollout_, kPaused,
        fmt::format("Rollout is paused ({})",
                    fresh["pauseConditions"][std::size_t{0}]["reason"].as_string()));
  } else if (was_paused && !is_paused && !fresh.has("abortedAt")) {
    context_.events.normal(*rollout_, "RolloutResumed", "Rollout is resumed");
  }
  return {};
}

void RolloutSync::look_again_at_deadline(const Value& fresh) {
  const CanaryStep* const step = current_step();
  if (pause_step() && step->pause) {
    const Value& since = pause_condition(kStepPause)["startTime"];
    if (const auto start = parse_rfc3339(since.as_string())) {
      if (const Duration left = *start + *step->pause - now(); left > 0s) look_again_after(left);
    }
  }
  const Value& progressing = find_condition(fresh["conditions"], "Progressing");
  const bool is_paused = spec_.paused || !fresh["pauseConditions"].empty();
  if (progressing.is_null() || is_healthy(fresh) ||
      progressing["reason"].as_string() == kTimedOut || is_paused || fresh["abort"].as_bool() ||
      is_indefinite_step()) {
    return;
  }
  const Time since = parse_rfc3339(progressing["lastUpdateTime"].as_string()).value_or(now());
  look_again_after(std::max<Duration>(since + spec_.progress_deadline - now(), 0s) + 1s);
}

}  // namespace inferlab::sim
