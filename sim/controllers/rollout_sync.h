#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "engine/base/result.h"
#include "sim/api/api.h"
#include "sim/api/event_recorder.h"
#include "sim/controllers/object_index.h"
#include "sim/controllers/rollout_math.h"
#include "sim/controllers/rollout_spec.h"

namespace inferlab::sim {

/// One look of Argo Rollouts' controller at one Rollout: finds its ReplicaSets and AnalysisRuns,
/// takes the next step of its canary and writes the status.
///
/// Source: Argo Rollouts 1.9 documentation, "Canary", "Rollout Specification", "Analysis"; its
/// rollout/controller.go, sync.go, canary.go, pause.go, analysis.go, service.go. The real
/// controller reads from caches and writes what is new behind them; here what it reads is what
/// there is.
class RolloutSync {
 public:
  struct Context {
    Api& api;
    const ObjectIndex& index;
    EventRecorder& events;
    const std::string& user;
  };
  RolloutSync(const Context& context, ObjectPtr rollout);

  /// When to look again though nothing changes: at the end of a pause, at the progress deadline.
  Result<std::optional<Duration>> sync();

 private:
  /// The runs of the present revision, by what they are for; nullptr: there is none.
  struct Runs {
    ObjectPtr step, background;
  };

  [[nodiscard]] Time now() const { return context_.api.simulation().now(); }
  [[nodiscard]] Store& store() const { return context_.api.store(); }
  [[nodiscard]] const Value& document() const { return rollout_->document; }
  [[nodiscard]] const Value& status() const { return rollout_->document["status"]; }

  // rollout_sync.cpp: the ReplicaSets
  void find_sets();
  Result<void> create_new_set();
  Result<void> report_refused_set(const std::string& name, const ApiResponse& response);
  Result<void> sync_revision();
  Result<void> record_revision(const std::string& revision);
  [[nodiscard]] Value inherited_annotations() const;
  [[nodiscard]] bool is_scaling() const;
  Result<void> scale_only();
  /// Whether the size has changed; what the set notes of its Rollout is brought up to date.
  Result<bool> resize(ObjectPtr& set, std::int64_t size);
  Result<void> drop_old_sets();
  void look_again_after(Duration delay);

  // rollout_canary.cpp: what the steps ask for
  Result<void> canary();
  Result<bool> reconcile_sets();
  Result<bool> scale_down_others();
  [[nodiscard]] bool pause_step() const;
  [[nodiscard]] bool step_is_done() const;
  [[nodiscard]] bool has_goal_sizes() const;
  [[nodiscard]] CanarySizes sizes() const;
  [[nodiscard]] std::int64_t weight() const;
  [[nodiscard]] const CanaryStep* current_step() const;
  /// 0 if the status has none.
  [[nodiscard]] std::int64_t step_index() const;
  [[nodiscard]] bool template_or_steps_changed() const;
  [[nodiscard]] bool is_halted() const;
  [[nodiscard]] bool is_aborted() const;
  [[nodiscard]] bool is_rollback_in_window() const;
  [[nodiscard]] bool is_fully_promoted() const;
  [[nodiscard]] bool has_stable_set() const;
  [[nodiscard]] const Value& pause_condition(std::string_view reason) const;
  Result<void> point_services();
  Result<void> point_service(const std::string& name, const ObjectPtr& set);

  // rollout_analysis.cpp
  void find_runs();
  Result<void> reconcile_runs();
  Result<ObjectPtr> reconcile_step_run();
  Result<ObjectPtr> reconcile_background_run();
  [[nodiscard]] bool needs_new_run(const ObjectPtr& current) const;
  Result<ObjectPtr> create_run(const Value& analysis, const std::string& infix,
                               std::string_view type);
  Result<void> cancel_run(const ObjectPtr& run);
  Result<void> drop_old_runs();
  void heed(const ObjectPtr& run, std::string_view what);
  void set_current_runs(const Runs& runs);

  // rollout_status.cpp
  Result<void> mark_pauses();
  Result<void> report_invalid(const std::string& fault);
  Result<void> sync_canary_status();
  [[nodiscard]] Value base_status() const;
  void reset_status(Value& fresh);
  [[nodiscard]] std::string why_promote() const;
  void promote_stable(Value& fresh, const std::string& why);
  void abort_at_deadline(const Value& fresh);
  void put_pauses(Value& fresh);
  void put_conditions(Value& fresh);
  void put_progress(Value& fresh, bool became_unhealthy);
  [[nodiscard]] bool is_healthy(const Value& fresh) const;
  [[nodiscard]] bool is_progressing(const Value& fresh) const;
  [[nodiscard]] bool is_timed_out() const;
  [[nodiscard]] bool is_indefinite_step() const;
  [[nodiscard]] std::string timeout_message() const;
  Result<void> persist(Value fresh);
  void look_again_at_deadline(const Value& fresh);
  /// Writes status and goes on with what the API has made of it.
  Result<void> write_status(const Value& fresh);

  Context context_;
  ObjectPtr rollout_;
  RolloutSpec spec_;
  ObjectPtr new_;                  // of the present template
  ObjectPtr stable_;               // of status.stableRS; may be the same
  std::vector<ObjectPtr> others_;  // neither of the two, by creation
  Runs runs_;
  std::vector<ObjectPtr> other_runs_;
  std::optional<Duration> again_;

  // What this look has decided about pauses and aborts.
  std::vector<std::string> added_pauses_;
  bool ends_step_pause_ = false, clears_pauses_ = false;
  bool adds_abort_ = false, removes_abort_ = false;
  std::string abort_message_;
  Value canary_status_ = Value::object();  // status.canary to be
};

inline constexpr std::string_view kStepPause = "CanaryPauseStep";
inline constexpr std::string_view kInconclusive = "InconclusiveAnalysisRun";
inline constexpr std::string_view kRolloutDesiredReplicas = "rollout.argoproj.io/desired-replicas";

/// Revision of a ReplicaSet or a Rollout, from its annotation; 0 without one.
std::int64_t rollout_revision(const StoredObject& object);

/// Whether the stable revision is the present one, by a Rollout's status.
bool is_rollout_completed(const Value& status);

/// CalculateRolloutPhase of utils/rollout/rolloututil.go: status.phase and status.message.
struct RolloutPhase {
  std::string phase, message;
};
RolloutPhase rollout_phase(const RolloutSpec& spec, const Value& status);

}  // namespace inferlab::sim
