// The part of a look at a Rollout that carries its canary's steps out.
#include <fmt/format.h>

#include <algorithm>

#include "sim/api/views.h"
#include "sim/controllers/controller.h"
#include "sim/controllers/rollout_sync.h"

namespace inferlab::sim {
namespace {

CanarySet as_canary_set(const StoredObject& set) {
  const ReplicaSetView& view = set.view<ReplicaSetView>();
  return {view.replicas, view.status_available_replicas};
}

}  // namespace

Result<void> RolloutSync::canary() {
  if (template_or_steps_changed()) return sync_canary_status();
  INFERLAB_TRY_VOID(drop_old_sets());
  INFERLAB_TRY_VOID(point_services());
  INFERLAB_TRY_VOID(reconcile_runs());
  if (!added_pauses_.empty()) return sync_canary_status();  // an inconclusive analysis
  INFERLAB_TRY(const bool has_scaled, reconcile_sets());
  if (!has_scaled && pause_step() && !status()["controllerPause"].as_bool() &&
      pause_condition(kStepPause).is_null()) {
    added_pauses_.emplace_back(kStepPause);
  }
  return sync_canary_status();
}

bool RolloutSync::is_fully_promoted() const {
  return status()["stableRS"] == status()["currentPodHash"];
}

bool RolloutSync::has_stable_set() const {
  return stable_ != nullptr && stable_ != new_;
}

bool RolloutSync::is_aborted() const {
  return !removes_abort_ && (adds_abort_ || status()["abort"].as_bool());
}

const Value& RolloutSync::pause_condition(std::string_view reason) const {
  static const Value kNone;
  for (const Value& condition : status()["pauseConditions"].items()) {
    if (condition["reason"].as_string() == reason) return condition;
  }
  return kNone;
}

bool RolloutSync::is_halted() const {
  return spec_.paused || !pause_condition(kInconclusive).is_null();
}

bool RolloutSync::template_or_steps_changed() const {
  const Value &steps = status()["currentStepHash"], &hash = status()["currentPodHash"];
  if (!steps.empty() && steps.as_string() != steps_hash(document())) return true;
  return !hash.empty() && hash != new_->document["metadata"]["labels"][kRolloutHash];
}

std::int64_t RolloutSync::step_index() const {
  return status()["currentStepIndex"].as_int();
}

const CanaryStep* RolloutSync::current_step() const {
  const std::int64_t index = step_index();
  const bool is_there = index >= 0 && index < static_cast<std::int64_t>(spec_.steps.size());
  return is_there ? &spec_.steps[static_cast<std::size_t>(index)] : nullptr;
}

std::int64_t RolloutSync::weight() const {
  const Value& stable = status()["stableRS"];
  if (status()["promoteFull"].as_bool() || stable.empty() || is_fully_promoted()) return 100;
  if (status()["abort"].as_bool()) return 0;
  if (current_step() == nullptr) return 100;
  for (std::int64_t i = step_index(); i >= 0; --i) {
    const CanaryStep& step = spec_.steps[static_cast<std::size_t>(i)];
    if (step.kind == CanaryStep::Kind::kSetWeight) return step.weight;
  }
  return 0;
}

CanarySizes RolloutSync::sizes() const {
  CanaryPlan plan{.replicas = spec_.replicas,
                  .weight = weight(),
                  .max_surge = spec_.max_surge,
                  .max_unavailable = spec_.max_unavailable,
                  .canary = as_canary_set(*new_)};
  if (has_stable_set()) plan.stable = as_canary_set(*stable_);
  for (const ObjectPtr& set : others_) plan.others += set->view<ReplicaSetView>().replicas;
  return canary_sizes(plan);
}

Result<bool> RolloutSync::reconcile_sets() {
  if (is_halted()) return false;
  if (has_stable_set()) {
    INFERLAB_TRY(const bool has_scaled, resize(stable_, sizes().stable));
    if (has_scaled) return true;
  }
  INFERLAB_TRY(const bool has_scaled, resize(new_, sizes().canary));
  if (has_scaled) return true;
  return scale_down_others();
}

/// Sets that are neither stable nor new would answer requests too, so they go: first what of them
/// is not available, then whatever leaves enough available Pods.
Result<bool> RolloutSync::scale_down_others() {
  bool has_scaled = false;
  for (ObjectPtr& set : others_) {
    const CanarySet now = as_canary_set(*set);
    if (now.replicas == 0 || now.available >= now.replicas) continue;
    INFERLAB_TRY(const bool scaled, resize(set, now.available));
    has_scaled = has_scaled || scaled;
  }
  std::int64_t available = as_canary_set(*new_).available;
  if (has_stable_set()) available += as_canary_set(*stable_).available;
  for (const ObjectPtr& set : others_) available += as_canary_set(*set).available;
  std::int64_t may_go = available - (spec_.replicas - spec_.max_unavailable);
  std::vector<ObjectPtr*> by_revision;  // the latest first
  for (ObjectPtr& set : others_) by_revision.push_back(&set);
  std::stable_sort(by_revision.begin(), by_revision.end(),
                   [](const ObjectPtr* a, const ObjectPtr* b) {
                     return rollout_revision(**a) > rollout_revision(**b);
                   });
  for (ObjectPtr* set : by_revision) {
    const std::int64_t size = as_canary_set(**set).replicas;
    if (may_go <= 0 || size == 0) continue;
    const std::int64_t less = std::min(size, may_go);
    INFERLAB_TRY(const bool scaled, resize(*set, size - less));
    has_scaled = has_scaled || scaled;
    may_go -= less;
  }
  return has_scaled;
}

bool RolloutSync::pause_step() const {
  if (spec_.paused || status()["promoteFull"].as_bool()) return false;
  const CanaryStep* const step = current_step();
  return step != nullptr && step->kind == CanaryStep::Kind::kPause;
}

bool RolloutSync::has_goal_sizes() const {
  const CanarySizes goal = sizes();
  const CanarySet canary = as_canary_set(*new_);
  if (canary.replicas != goal.canary || canary.available != goal.canary) return false;
  if (stable_ == nullptr) return false;
  const ReplicaSetView& stable = stable_->view<ReplicaSetView>();
  if (stable.replicas != goal.stable || stable.status_replicas != goal.stable) return false;
  return std::all_of(others_.begin(), others_.end(),
                     [](const ObjectPtr& set) { return as_canary_set(*set).available == 0; });
}

bool RolloutSync::step_is_done() const {
  const CanaryStep* const step = current_step();
  if (spec_.paused || step == nullptr) return false;
  switch (step->kind) {
    case CanaryStep::Kind::kSetWeight:
      return has_goal_sizes();
    case CanaryStep::Kind::kAnalysis:
      return runs_.step != nullptr &&
             runs_.step->document["status"]["phase"].as_string() == "Successful";
    case CanaryStep::Kind::kPause:
      break;
  }
  const Value& condition = pause_condition(kStepPause);
  // Somebody has taken the condition away: kubectl argo rollouts promote.
  if (condition.is_null()) return status()["controllerPause"].as_bool();
  if (!step->pause) return false;
  const auto since = parse_rfc3339(condition["startTime"].as_string());
  return since && *since + *step->pause <= now();
}

bool RolloutSync::is_rollback_in_window() const {
  if (stable_ == nullptr || spec_.rollback_window <= 0) return false;
  const auto created = [](const ObjectPtr& set) {
    return set->document["metadata"]["creationTimestamp"].as_string();
  };
  if (created(new_) >= created(stable_)) return false;
  const auto between = std::count_if(others_.begin(), others_.end(), [&](const ObjectPtr& set) {
    return created(set) < created(stable_) && created(new_) < created(set);
  });
  return between < spec_.rollback_window;
}

Result<void> RolloutSync::point_services() {
  INFERLAB_TRY_VOID(point_service(spec_.stable_service, stable_));
  return point_service(spec_.canary_service, is_aborted() ? stable_ : new_);
}

Result<void> RolloutSync::point_service(const std::string& name, const ObjectPtr& set) {
  const ObjectPtr service =
      name.empty() || set == nullptr ? nullptr : store().get({"services", rollout_->key.ns, name});
  if (service == nullptr) return {};
  const std::string before = service->document["spec"]["selector"][kRolloutHash].str();
  const std::string after = set->document["metadata"]["labels"][kRolloutHash].str();
  if (before == after) return {};
  const CanarySet size = as_canary_set(*set);
  const bool is_managed = service->document["metadata"]["annotations"].has(kManagedByRollout);
  // A Service that is taken over goes to a set that is whole, later ones to one that has any Pod.
  if (!is_managed && (size.replicas == 0 || size.available < size.replicas)) return {};
  if (size.available == 0) return {};
  Value patch = Value::object().with_path({"spec", "selector", kRolloutHash}, Value(after));
  if (!is_managed) {
    patch =
        patch.with_path({"metadata", "annotations", kManagedByRollout}, Value(rollout_->key.name));
  }
  INFERLAB_TRY_VOID(
      accepted(context_.api.merge_patch(service->key, "", patch, context_.user), name));
  context_.events.normal(
      *rollout_, "SwitchService",
      fmt::format("Switched selector for service '{}' from '{}' to '{}'", name, before, after));
  return {};
}

}  // namespace inferlab::sim
