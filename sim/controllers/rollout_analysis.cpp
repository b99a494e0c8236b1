// The part of a look at a Rollout that begins, heeds and ends its AnalysisRuns.
#include <fmt/format.h>

#include <algorithm>
#include <utility>

#include "sim/controllers/analysis_assess.h"
#include "sim/controllers/analysis_spec.h"
#include "sim/controllers/controller.h"
#include "sim/controllers/rollout_sync.h"

namespace inferlab::sim {
namespace {

constexpr std::string_view kStepIndex = "step-index";

std::string_view phase_of(const ObjectPtr& run) {
  return run == nullptr ? std::string_view() : run->document["status"]["phase"].as_string();
}

std::string_view created(const ObjectPtr& run) {
  return run->document["metadata"]["creationTimestamp"].as_string();
}

}  // namespace

void RolloutSync::find_runs() {
  runs_ = {};
  other_runs_.clear();
  const Value& known = status()["canary"];
  const std::string_view step = known["currentStepAnalysisRunStatus"]["name"].as_string();
  const std::string_view background =
      known["currentBackgroundAnalysisRunStatus"]["name"].as_string();
  for (const ObjectKey& key :
       context_.index.dependents(document()["metadata"]["uid"].as_string())) {
    const ObjectPtr run = key.resource == kAnalysisRuns ? store().get(key) : nullptr;
    if (run == nullptr) continue;
    if (key.name == step) {
      runs_.step = run;
    } else if (key.name == background) {
      runs_.background = run;
    } else {
      other_runs_.push_back(run);
    }
  }
}

Result<void> RolloutSync::reconcile_runs() {
  const bool is_first = status()["stableRS"].empty();
  if (is_aborted() || status()["promoteFull"].as_bool() || is_first || is_rollback_in_window()) {
    set_current_runs(runs_);
    INFERLAB_TRY_VOID(cancel_run(runs_.background));
    INFERLAB_TRY_VOID(cancel_run(runs_.step));
    for (const ObjectPtr& run : other_runs_) INFERLAB_TRY_VOID(cancel_run(run));
    return {};
  }
  Runs current;
  INFERLAB_TRY(current.step, reconcile_step_run());
  INFERLAB_TRY(current.background, reconcile_background_run());
  runs_ = current;
  set_current_runs(current);
  const auto is_current = [&](const ObjectPtr& run) {
    return (current.step && run->key == current.step->key) ||
           (current.background && run->key == current.background->key);
  };
  std::erase_if(other_runs_, is_current);
  for (const ObjectPtr& run : other_runs_) INFERLAB_TRY_VOID(cancel_run(run));
  return drop_old_runs();
}

bool RolloutSync::needs_new_run(const ObjectPtr& current) const {
  if (current == nullptr) return true;
  // After a pause because of an inconclusive run, whoever goes on wants it measured again.
  if (status()["controllerPause"].as_bool() && pause_condition(kStepPause).is_null()) {
    return phase_of(current) == "Inconclusive";
  }
  return status().has("abortedAt");
}

Result<ObjectPtr> RolloutSync::reconcile_step_run() {
  if (!status()["pauseConditions"].empty() || status()["abort"].as_bool()) return runs_.step;
  const CanaryStep* const step = current_step();
  const bool wants_one = step != nullptr && step->kind == CanaryStep::Kind::kAnalysis &&
                         !step->analysis["templates"].empty();
  const std::string index = std::to_string(step_index());
  const bool is_of_other_step =
      wants_one && runs_.step != nullptr &&
      runs_.step->document["metadata"]["labels"][kStepIndex].as_string() != index;
  if (!wants_one || is_of_other_step) {
    INFERLAB_TRY_VOID(cancel_run(runs_.step));
    return ObjectPtr();
  }
  if (needs_new_run(runs_.step)) return create_run(step->analysis, index, "Step");
  heed(runs_.step, "Step-based");
  return runs_.step;
}

Result<ObjectPtr> RolloutSync::reconcile_background_run() {
  if (spec_.analysis["templates"].empty()) {
    INFERLAB_TRY_VOID(cancel_run(runs_.background));
    return ObjectPtr();
  }
  const bool is_before_start = !spec_.steps.empty() && step_index() < spec_.starting_step;
  if (is_fully_promoted() || status()["currentPodHash"].empty() || is_before_start) {
    // As one that nobody points to it is cancelled with the others.
    if (runs_.background != nullptr) other_runs_.push_back(runs_.background);
    return ObjectPtr();
  }
  if (!pause_condition(kInconclusive).is_null()) return runs_.background;
  if (needs_new_run(runs_.background)) return create_run(spec_.analysis, "", "Background");
  heed(runs_.background, "Background");
  return runs_.background;
}

void RolloutSync::heed(const ObjectPtr& run, std::string_view what) {
  const std::string_view phase = phase_of(run);
  if (phase == "Inconclusive") added_pauses_.emplace_back(kInconclusive);
  if (phase != "Error" && phase != "Failed") return;
  adds_abort_ = true;
  abort_message_ = fmt::format("{} analysis phase error/failed", what);
  const std::string_view message = run->document["status"]["message"].as_string();
  if (!message.empty()) abort_message_ += fmt::format(": {}", message);
}

Result<ObjectPtr> RolloutSync::create_run(const Value& analysis, const std::string& infix,
                                          std::string_view type) {
  const std::string hash = new_->document["metadata"]["labels"][kRolloutHash].str();
  const Value stable = stable_ == nullptr ? Value() : stable_->document["metadata"]["labels"];
  INFERLAB_TRY(const Value spec, analysis_run_spec(store(), *rollout_, analysis, hash,
                                                   stable[kRolloutHash].as_string()));
  const std::string revision = document()["metadata"]["annotations"][kRolloutRevision].str();
  std::string base = fmt::format("{}-{}-{}", rollout_->key.name, hash, revision);
  if (!infix.empty()) base += "-" + infix;
  Value labels =
      Value::object({{std::string(kRolloutHash), Value(hash)}, {"rollout-type", Value(type)}});
  if (!infix.empty()) labels = labels.with(kStepIndex, Value(infix));
  Value annotations = Value::object({{std::string(kRolloutRevision), Value(revision)}});
  const Value& extra = analysis["analysisRunMetadata"];
  for (const auto& [key, value] : extra["labels"].members()) labels = labels.with(key, value);
  for (const auto& [key, value] : extra["annotations"].members()) {
    annotations = annotations.with(key, value);
  }
  const Value& matched = document()["spec"]["selector"]["matchLabels"];
  for (const auto& [key, value] : matched.members()) labels = labels.with(key, value);
  std::string name = base;
  for (int collisions = 1;; ++collisions) {
    const Value metadata =
        Value::object({{"name", Value(name)},
                       {"namespace", Value(rollout_->key.ns)},
                       {"labels", labels},
                       {"annotations", annotations},
                       {"ownerReferences", Value::array({controller_reference(*rollout_)})}});
    const ApiResponse response =
        context_.api.create(kAnalysisRuns, rollout_->key.ns,
                            Value::object({{"apiVersion", "argoproj.io/v1alpha1"},
                                           {"kind", "AnalysisRun"},
                                           {"metadata", metadata},
                                           {"spec", spec}}),
                            context_.user);
    if (response.ok()) return response.object;
    if (response.code != 409) INFERLAB_TRY_VOID(accepted(response, name));
    const ObjectPtr found = store().get({std::string(kAnalysisRuns), rollout_->key.ns, name});
    const bool is_ours = found != nullptr && found->document["spec"] == spec &&
                         !is_analysis_over(phase_of(found)) &&
                         found->document["metadata"]["ownerReferences"][std::size_t{0}]["uid"] ==
                             document()["metadata"]["uid"];
    if (is_ours) return found;
    name = fmt::format("{}.{}", base, collisions);
  }
}

Result<void> RolloutSync::cancel_run(const ObjectPtr& run) {
  if (run == nullptr || run->document["spec"]["terminate"].as_bool() ||
      is_analysis_over(phase_of(run))) {
    return {};
  }
  const ApiResponse response = context_.api.merge_patch(
      run->key, "", Value::object().with_path({"spec", "terminate"}, true), context_.user);
  return response.code == 404 ? Result<void>() : accepted(response, run->key.name);
}

/// Runs of revisions that are gone, and of the others all but the latest few.
Result<void> RolloutSync::drop_old_runs() {
  std::vector<ObjectPtr> runs = other_runs_;
  std::stable_sort(runs.begin(), runs.end(),
                   [](const ObjectPtr& a, const ObjectPtr& b) { return created(a) > created(b); });
  std::vector<ObjectPtr> sets = others_;
  for (const ObjectPtr& set : {new_, stable_}) {
    if (set != nullptr) sets.push_back(set);
  }
  std::int64_t successful = 0, unsuccessful = 0;
  for (const ObjectPtr& run : runs) {
    const Value& hash = run->document["metadata"]["labels"][kRolloutHash];
    bool goes = std::none_of(sets.begin(), sets.end(), [&](const ObjectPtr& set) {
      return set->document["metadata"]["labels"][kRolloutHash] == hash &&
             !set->document["metadata"].has("deletionTimestamp");
    });
    const std::string_view phase = phase_of(run);
    if (!goes && phase == "Successful") goes = ++successful > spec_.successful_runs_kept;
    if (!goes && phase != "Successful" && is_analysis_over(phase)) {
      goes = ++unsuccessful > spec_.unsuccessful_runs_kept;
    }
    if (!goes || run->document["metadata"].has("deletionTimestamp")) continue;
    const ApiResponse response = context_.api.remove(run->key, context_.user);
    if (response.code != 404) INFERLAB_TRY_VOID(accepted(response, run->key.name));
  }
  return {};
}

void RolloutSync::set_current_runs(const Runs& runs) {
  for (const auto& [run, field, type] :
       {std::tuple{&runs.step, "currentStepAnalysisRunStatus", "Step"},
        {&runs.background, "currentBackgroundAnalysisRunStatus", "Background"}}) {
    if (*run == nullptr) continue;
    const Value& now = (*run)->document["status"];
    const std::string phase = now["phase"].str();
    Value entry = Value::object({{"name", Value((*run)->key.name)}, {"status", Value(phase)}});
    if (!now["message"].empty()) entry = entry.with("message", now["message"]);
    canary_status_ = canary_status_.with(field, entry);

    const Value& before = status()["canary"][field];
    const bool is_news = before.is_null() || (before["name"].as_string() == (*run)->key.name &&
                                              before["status"].as_string() != phase);
    if (phase.empty() || !is_news) continue;
    const std::string message =
        fmt::format("{} Analysis Run '{}' Status New: '{}' Previous: '{}'", type, (*run)->key.name,
                    phase, before.is_null() ? "NoPreviousStatus" : before["status"].as_string());
    const std::string reason = "AnalysisRun" + phase;
    if (phase == "Failed" || phase == "Error") {
      context_.events.warning(*rollout_, reason, message);
    } else {
      context_.events.normal(*rollout_, reason, message);
    }
  }
}

}  // namespace inferlab::sim
