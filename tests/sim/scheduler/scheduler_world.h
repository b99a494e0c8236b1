#pragma once

#include <map>
#include <string>
#include <string_view>

#include "sim/api/api.h"
#include "sim/kernel/simulation.h"
#include "sim/scheduler/kube_scheduler.h"
#include "tests/support/golden.h"

namespace inferlab {

/// A cluster of nodes and Pods without kubelets, for tests of kube-scheduler. Nodes are put
/// into the store as they are; Pods go through the API, which fills in their defaults. Claims are
/// bound, as a volume binder would, to what the scheduler has chosen for them.
class SchedulerWorld {
 public:
  explicit SchedulerWorld(std::uint64_t seed = 1,
                          const std::vector<sim::SchedulerProfile>& profiles = {{}});

  /// Requests are the members of `command` that name a resource.
  void put_namespace(const std::string& name, const std::string& labels);
  void put_service(const testing::GoldenCommand& command);
  /// A PodDisruptionBudget whose status says what is allowed.
  void put_budget(const testing::GoldenCommand& command);
  void put_node(const testing::GoldenCommand& command);
  void put_pod(const testing::GoldenCommand& command, std::string_view node);
  void put(const std::string& resource, const std::string& ns, const std::string& name,
           sim::Value document);
  void remove_pod(const std::string& name);
  /// Plays the kubelets: Pods that are being deleted go. False when there was none.
  bool finish_deletions();
  void run_for(Duration duration);

  [[nodiscard]] sim::Value pod(const std::string& name) const;
  /// "p1 -> n3", "p1: MESSAGE", "p1: SchedulingGated: MESSAGE" or "p1: waiting".
  [[nodiscard]] std::string outcome(const std::string& name) const;
  /// Reasons and messages of the events about a Pod, oldest first.
  [[nodiscard]] std::string events_of(const std::string& name) const;

  sim::Simulation simulation;
  sim::Store store;
  sim::Api api;
  sim::KubeScheduler scheduler;

 private:
  void see_volumes(const sim::Change& change);
  void bind_claim(const sim::ObjectKey& claim, const std::string& volume);

  int uids_ = 0;
};

}  // namespace inferlab
