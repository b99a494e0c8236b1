#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "sim/api/api.h"
#include "sim/api/event_recorder.h"
#include "sim/scheduler/framework.h"
#include "sim/scheduler/scheduler_cache.h"
#include "sim/scheduler/scheduling_queue.h"

namespace inferlab::sim {

/// Why a Pod is, or is not, where it is: one entry for each node.
struct SchedulingExplanation {
  struct NodeVerdict {
    std::string node;
    /// Plugin and reason, of every plugin that refuses, not of the first alone; empty: it fits.
    std::vector<std::pair<std::string, std::string>> refusals;
    /// Plugin and weighted score, for nodes that fit.
    std::vector<std::pair<std::string, std::int64_t>> scores;
    std::int64_t total = 0;
  };
  std::string pod;    // "namespace/name"
  std::string state;  // "scheduled on gpu-0", "waiting for scheduling gates: [x]", "unschedulable"
  std::string message;             // as in the FailedScheduling event; only when unschedulable
  std::vector<NodeVerdict> nodes;  // in the order in which they joined
};

/// kube-scheduler with its default profile: watches Pods without a node and gives each one.
///
/// One scheduling cycle after the other, each on the cache as it is at that moment; the binding is
/// written a little later, while the next cycle runs on. Ties are broken by the run's stream
/// ("kube-scheduler", "ties").
/// Source: Kubernetes documentation, "Kubernetes Scheduler" and "Scheduling Framework".
class KubeScheduler {
 public:
  explicit KubeScheduler(Api& api);
  KubeScheduler(const KubeScheduler&) = delete;
  KubeScheduler& operator=(const KubeScheduler&) = delete;

  /// Takes in what the store holds and follows it from now on. Once. This object must live as long
  /// as the store and the simulation are run.
  void start();

  /// Runs all plugins for this Pod as things are now; changes nothing. kNotFound without such a
  /// Pod.
  [[nodiscard]] Result<SchedulingExplanation> explain(std::string_view ns,
                                                      std::string_view name) const;

  [[nodiscard]] const SchedulingQueue& queue() const { return queue_; }

 private:
  struct Decision {
    std::string node;     // empty: none
    std::string message;  // then: why
    ClusterEvents wakes_on = 0;
  };
  /// A look at all nodes: which of them fit, and why the others do not.
  struct Search {
    Framework::Cycle cycle;
    std::vector<const NodeInfo*> feasible;
    std::vector<const NodeInfo*> refused;
    std::vector<Status> statuses;  // of refused
    std::string pre_filter_message;
  };

  void see(const Change& change);
  void sync();
  void schedule_sync();
  void wake_up();
  void run_cycle();
  [[nodiscard]] Search search(const PodInfo& pod, NodeSpan nodes, std::size_t start,
                              std::size_t wanted, std::size_t* looked_at) const;
  [[nodiscard]] std::string failure_message(const PodInfo& pod, std::size_t num_nodes,
                                            const Search& found) const;
  Decision decide(const PodInfo& pod);
  void bind(const PodInfoPtr& pod, const std::string& node);
  void refuse(const PodInfoPtr& pod, const Decision& decision);
  void set_unschedulable(const StoredObject& pod, const std::string& message);

  Api& api_;
  EventRecorder events_;
  Framework framework_;
  SchedulerCache cache_;
  SchedulingQueue queue_;
  std::vector<ObjectPtr> inbox_;  // versions of Pods without a node, as they were written
  ClusterEvents changes_ = 0;
  bool sync_scheduled_ = false;
  bool cycle_scheduled_ = false;
  std::size_t next_start_node_ = 0;
};

/// How many feasible nodes end the search: all below 100 nodes, then 50 % falling to 5 %, at least
/// 100. Source: KubeSchedulerConfiguration, percentageOfNodesToScore.
std::size_t nodes_to_find(std::size_t num_nodes);

}  // namespace inferlab::sim
