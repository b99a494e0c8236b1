#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "engine/base/result.h"
#include "sim/api/api.h"
#include "sim/api/event_recorder.h"
#include "sim/api/views.h"
#include "sim/controllers/object_index.h"

namespace inferlab::sim {

/// One look of the Deployment controller at one Deployment: finds its ReplicaSets, takes the next
/// step and writes the status.
class Rollout {
 public:
  struct Context {
    Api& api;
    const ObjectIndex& index;
    EventRecorder& events;
    const std::string& user;
  };
  Rollout(const Context& context, ObjectPtr deployment);

  /// When to look again though nothing changes: at the progress deadline.
  Result<std::optional<Duration>> sync();

 private:
  [[nodiscard]] const DeploymentView& view() const { return deployment_->view<DeploymentView>(); }
  [[nodiscard]] Time now() const { return context_.api.simulation().now(); }
  [[nodiscard]] const StoredObject* new_set() const { return new_.get(); }

  void claim_sets();
  void find_sets();
  [[nodiscard]] bool is_scaling() const;
  /// Numbers the revisions; makes the ReplicaSet of the present template when `create` and missing.
  Result<void> sync_revision(bool create);
  Result<void> renew_new_set();
  Result<void> create_new_set();
  Result<void> record_revision(std::int64_t revision);
  Result<void> report_refused_set(const std::string& name, const ApiResponse& response);
  [[nodiscard]] Value inherited_annotations() const;

  Result<std::optional<Duration>> rolling_update();
  Result<std::optional<Duration>> recreate();
  Result<std::optional<Duration>> scale_only();
  Result<bool> scale_new_set();
  Result<bool> scale_old_sets();
  Result<std::int64_t> drop_unhealthy(std::int64_t at_most);
  /// Whether the size changes.
  Result<bool> scale_to(const ObjectPtr& set, std::int64_t size);
  /// The same, and what the set notes of its Deployment is brought up to date though it keeps its
  /// size.
  Result<bool> resize(const ObjectPtr& set, std::int64_t size);
  Result<bool> scale_all_old_to_zero();
  Result<void> spread_scaling();
  Result<void> clean_up_history();

  Result<void> mark_paused();
  Result<std::optional<Duration>> write_rollout_status();
  Result<void> write_status(const Value& status);

  [[nodiscard]] std::vector<ObjectPtr> all_sets() const;

  Context context_;
  ObjectPtr deployment_;
  ObjectPtr new_;               // of the present template; nullptr: there is none
  std::vector<ObjectPtr> old_;  // by creation
};

}  // namespace inferlab::sim
