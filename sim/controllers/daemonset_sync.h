#pragma once

#include <map>
#include <optional>
#include <string>
#include <vector>

#include "engine/base/result.h"
#include "sim/controllers/daemonset_update.h"
#include "sim/controllers/daemonset_view.h"
#include "sim/controllers/failed_pod_backoff.h"
#include "sim/controllers/workload_context.h"

namespace inferlab::sim {

/// One look of the DaemonSet controller at one DaemonSet: numbers its versions, makes and deletes
/// Pods so that each node has what it should, goes on with an update when that left nothing to do,
/// and writes the status.
class DaemonSetSync {
 public:
  DaemonSetSync(const WorkloadContext& context, FailedPodBackoff& backoff, ObjectPtr set);

  /// When to look again though nothing changes.
  Result<std::optional<Duration>> run();

 private:
  [[nodiscard]] const DaemonSetView& view() const { return set_->view<DaemonSetView>(); }
  void look_again(Duration after);

  Result<void> find_revisions();
  Result<ObjectPtr> create_current(std::int64_t number);
  Result<ObjectPtr> only_one_of(const std::vector<ObjectPtr>& revisions);
  Result<void> clean_up_history();

  void find_nodes();
  void find_pods();
  Result<void> work();
  void judge_node(const std::string& node, DaemonPlacement placement, DaemonWork& work);
  /// The Pods that are neither ended nor on their way out; those that ended are added to `surplus`.
  std::vector<ObjectPtr> living(const std::vector<ObjectPtr>& pods, const std::string& node,
                                std::vector<ObjectPtr>& surplus);
  void thin_out(std::vector<ObjectPtr> pods, std::vector<ObjectPtr>& surplus) const;
  Result<void> carry_out(const DaemonWork& work);
  Result<void> create_on(const std::string& node);
  Result<void> delete_pod(const StoredObject& pod);
  bool may_call();
  [[nodiscard]] bool available(const StoredObject& pod) const;

  Result<void> write_status();

  WorkloadContext context_;
  FailedPodBackoff& backoff_;
  ObjectPtr set_;
  std::map<std::string, DaemonPlacement> nodes_;
  std::vector<std::string> wanted_;  // nodes that should run a Pod
  PodsByNode pods_;
  ObjectPtr current_;           // the version of the present template
  std::vector<ObjectPtr> old_;  // oldest first
  std::string hash_;            // of current_
  std::optional<Duration> again_;
};

}  // namespace inferlab::sim
