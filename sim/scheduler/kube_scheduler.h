#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "sim/api/api.h"
#include "sim/api/event_recorder.h"
#include "sim/scheduler/filter_trial.h"
#include "sim/scheduler/framework.h"
#include "sim/scheduler/nominator.h"
#include "sim/scheduler/scheduler_cache.h"
#include "sim/scheduler/scheduling_queue.h"
#include "sim/scheduler/waiting_room.h"

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

/// kube-scheduler: watches Pods without a node and gives each one, by the profile that its
/// spec.schedulerName names.
///
/// One scheduling cycle after the other, each on the cache as it is at that moment; the binding is
/// written a little later, while the next cycle runs on. Ties are broken by the run's stream
/// ("kube-scheduler", "ties").
/// Source: Kubernetes documentation, "Kubernetes Scheduler" and "Scheduling Framework".
class KubeScheduler {
 public:
  /// At least one profile; see profiles_from().
  explicit KubeScheduler(Api& api, const std::vector<SchedulerProfile>& profiles = {{}});
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
  /// The plugins of one profile, and what is remembered of nodes by them.
  struct Profile {
    Profile(Api& api, const SchedulerProfile& from);
    SchedulerProfile spec;
    Framework framework;
    mutable EventRecorder events;
    // explain() remembers too what it has asked.
    mutable NodeMemos memos;
  };
  struct Decision {
    std::string node;     // empty: none
    std::string message;  // then: why
    Framework::PluginSet refused_by = 0;
    bool waits_for_all = false;           // any change may help
    std::optional<std::string> nominate;  // a new nomination; empty: an earlier one is void
    std::vector<PodInfoPtr> victims;      // to evict from the nominated node
  };
  /// A look at all nodes: which of them fit, and why the others do not.
  struct Search {
    Framework::Cycle cycle;
    std::vector<const NodeInfo*> feasible;
    std::vector<std::uint32_t> slots;  // of feasible
    std::vector<char> fits;            // of the nodes looked at last
    std::vector<const NodeInfo*> refused;
    std::vector<Status> statuses;  // of refused
    std::string pre_filter_message;
    std::size_t looked_at = 0;
    /// Why a node was refused is of no interest once another one fits; an explanation wants all.
    bool keeps_all_refusals = false;
    void clear();
  };

  void see(const Change& change);
  void see_pod(const Change& change);
  void note(ClusterEvents events, const Change& change);
  void sync();
  void schedule_sync();
  void wake_up();
  void run_cycle();
  static std::vector<std::unique_ptr<const Profile>> made_of(
      Api& api, const std::vector<SchedulerProfile>& profiles);
  /// nullptr: no profile here is meant for the Pod.
  [[nodiscard]] const Profile* profile_of(const PodView& pod) const;
  /// Checks: there is one.
  [[nodiscard]] const Profile& profile_of(const PodInfo& pod) const;
  [[nodiscard]] bool wants_node(const PodView& pod) const;
  void search(const Profile& profile, const PodInfo& pod, const ClusterView& cluster,
              std::size_t start, std::size_t wanted, Search& out) const;
  /// All nodes that fit from `start` on, without a word on those that do not.
  void take_fitting(const Profile& profile, const PodInfo& pod, NodeSpan nodes, SlotSpan slots,
                    std::size_t start, std::size_t wanted, Search& out) const;
  void look_at(const NodeInfo& node, std::size_t slot, FilterTrial& trial, Search& found) const;
  /// The only node that can do at all: whether it fits, without a word on the others.
  bool take_only(const Profile& profile, const PodInfo& pod, Search& out) const;
  [[nodiscard]] static std::string failure_message(std::size_t num_nodes, const Search& found);
  Decision decide(const PodInfo& pod);
  // What follows a decision: kube_scheduler_binding.cpp.
  void bind(const PodInfoPtr& pod, const std::string& node);
  void permit_refused(const PodInfoPtr& pod, const std::string& reason,
                      Framework::PluginSet refused_by);
  /// Takes back what was reserved and counted for the Pod.
  void let_go(const PodInfoPtr& pod);
  /// Asks preBind until nobody has to wait any more; the first time right after the decision.
  void prepare_binding(const PodInfoPtr& pod, const std::string& node, Duration waited);
  void write_binding(const PodInfoPtr& pod, const std::string& node);
  /// The Pod whose binding is under way is still there and waits for its node; else it is let go.
  [[nodiscard]] bool is_still_wanted(const PodInfoPtr& pod);
  void binding_failed(const PodInfoPtr& pod, std::string message);
  void refuse(const PodInfoPtr& pod, const Decision& decision);

  Api& api_;
  std::vector<std::unique_ptr<const Profile>> profiles_;
  Rng& ties_;
  // explain() takes a Pod off its node for as long as it looks.
  mutable SchedulerCache cache_;
  Nominator nominator_;
  Search search_;             // of the latest cycle: its memory is used again
  Framework::Scores scores_;  // the same
  SchedulingQueue queue_;
  WaitingRoom waiting_;
  std::vector<ObjectPtr> inbox_;        // versions of Pods without a node, as they were written
  std::vector<ClusterChange> changes_;  // that could help Pods that wait
  bool sync_scheduled_ = false;
  bool cycle_scheduled_ = false;
  std::size_t next_start_node_ = 0;
};

}  // namespace inferlab::sim
