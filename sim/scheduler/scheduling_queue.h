#pragma once

#include <cstdint>
#include <functional>
#include <map>
#include <set>
#include <string>

#include "sim/kernel/simulation.h"
#include "sim/scheduler/framework.h"
#include "sim/scheduler/scheduling_views.h"

namespace inferlab::sim {

/// The Pods that wait for a node: active (to be tried in queueSort's order), in back-off, or
/// unschedulable until something in the cluster changes that could help, at most five minutes.
/// A gated Pod waits among the unschedulable ones for a change of itself.
///
/// Source: kube-scheduler's scheduling queue; KubeSchedulerConfiguration, podInitialBackoffSeconds
/// and podMaxBackoffSeconds. There the back-off queue is looked at once a second and the pool every
/// 30 s; here a Pod leaves at its own moment.
class SchedulingQueue {
 public:
  static constexpr Duration kMaxUnschedulable = 5min;

  /// `on_active` is called whenever a Pod became active.
  /// `framework_of` gives the plugins of a Pod's profile; `sorter` is that of any profile, since
  /// all sort alike.
  using FrameworkOf = std::function<const Framework&(const PodInfo& pod)>;
  SchedulingQueue(Simulation& simulation, const Store& store, const SchedulerProfile& profile,
                  const Framework& sorter, FrameworkOf framework_of,
                  std::function<void()> on_active);

  /// A Pod without a node, seen for the first time or changed.
  void add_or_update(const ObjectPtr& pod);
  /// The Pod has a node, has gone or has come to its end.
  void remove(const std::string& uid);

  struct Popped {
    PodInfoPtr pod;
    int attempts = 0;  // this one included
  };
  [[nodiscard]] bool has_active() const { return !active_.empty(); }
  /// The next Pod to try; it stays known until give_back() or remove(). Checks: has_active().
  Popped pop();
  /// No node was found. The Pod waits for a change that may help it with one of the plugins that
  /// have refused it; without any (an error, a lost race) only for its back-off to pass.
  void give_back(const std::string& uid, Framework::PluginSet refused_by);
  /// As give_back(), for any change: it cannot be said who refused.
  void give_back_for_all(const std::string& uid) { give_back(uid, ~Framework::PluginSet{0}); }

  /// The Pod is tried again at once, whatever its back-off, if it waits at all and may be queued.
  void try_now(const std::string& uid);
  /// Something changed: Pods that it may help are tried again, after what is left of their
  /// back-off.
  void wake(const ClusterChange& change);
  /// Is there a Pod that a change could help?
  [[nodiscard]] bool has_waiting() const { return !waiting_.empty(); }

  [[nodiscard]] bool knows(const std::string& uid) const { return entries_.contains(uid); }
  struct Sizes {
    std::size_t active = 0, backoff = 0, unschedulable = 0, gated = 0;
  };
  [[nodiscard]] Sizes sizes() const;

 private:
  enum class Where : std::uint8_t { kInFlight, kActive, kBackoff, kUnschedulable, kGated };
  struct Entry {
    PodInfoPtr pod;
    QueuedPod sort;
    int attempts = 0;
    Where where = Where::kInFlight;
    Framework::PluginSet refused_by = 0;
    EventId timer = 0;  // the end of the back-off, or of the longest wait
    bool changed_in_flight = false;
  };
  struct ActiveKey {
    QueuedPod sort;
    std::string uid;
  };
  struct Before {
    const Framework* framework;
    bool operator()(const ActiveKey& a, const ActiveKey& b) const {
      return framework->sorts_before(a.sort, b.sort);
    }
  };

  [[nodiscard]] Duration backoff(const Entry& entry) const;
  void leave(Entry& entry, const std::string& uid);
  /// Active when preEnqueue agrees, else gated.
  void activate(Entry& entry, const std::string& uid);
  /// Active, or in back-off while that lasts.
  void retry(Entry& entry, const std::string& uid);

  Simulation& simulation_;
  const Store& store_;
  const FrameworkOf framework_of_;
  const Duration initial_backoff_, max_backoff_;
  std::function<void()> on_active_;
  std::map<std::string, Entry> entries_;  // by uid
  std::set<ActiveKey, Before> active_;
  // The unschedulable ones, by seat, so that wake() is in the order of arrival.
  std::map<std::uint64_t, std::pair<const std::string, Entry>*> waiting_;
  std::uint64_t seats_ = 0;
  SchedulingViews views_;
};

}  // namespace inferlab::sim
