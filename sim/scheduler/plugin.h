#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <set>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "engine/base/rng.h"
#include "sim/api/api.h"
#include "sim/scheduler/cluster_view.h"
#include "sim/scheduler/node_info.h"
#include "sim/scheduler/profile.h"
#include "sim/scheduler/status.h"

namespace inferlab::sim {

/// What may make an unschedulable Pod schedulable: a bit for each kind of change in the cluster.
enum class ClusterEvent : std::uint32_t {
  kNodeAdd = 1U << 0U,
  kNodeAllocatable = 1U << 1U,
  kNodeLabel = 1U << 2U,
  kNodeTaint = 1U << 3U,  // spec.taints or spec.unschedulable
  kPodDelete = 1U << 4U,  // of a Pod on a node; a Pod that came to its end counts too
  kPodUpdate = 1U << 5U,  // of the Pod itself
  kPodAdd = 1U << 6U,     // a Pod came to a node
  kPodLabel = 1U << 7U,   // of a Pod on a node
  kVolume = 1U << 8U,     // a claim, volume, storage class or CSINode
  kPodGroup = 1U << 9U,   // a PodGroup came or was changed
};
using ClusterEvents = std::uint32_t;
constexpr ClusterEvents operator|(ClusterEvent a, ClusterEvent b) {
  return static_cast<ClusterEvents>(a) | static_cast<ClusterEvents>(b);
}
constexpr ClusterEvents operator|(ClusterEvents a, ClusterEvent b) {
  return a | static_cast<ClusterEvents>(b);
}
inline constexpr ClusterEvents kAllClusterEvents = 0x3ffU;

/// One such change.
struct ClusterChange {
  ClusterEvents events = 0;
  ObjectPtr object;    // the Node or Pod as it is now, or was when it was deleted
  ObjectPtr previous;  // nullptr: it is new
};

/// What plugins note about one Pod in one scheduling cycle: worked out in preFilter and preScore,
/// read in filter and score. A plugin finds only its own notes, by its name.
class CycleState {
 public:
  struct Data {
    virtual ~Data() = default;
  };
  void put(std::string_view plugin, std::unique_ptr<Data> data) {
    notes_.emplace_back(plugin, std::move(data));
  }
  /// The latest notes of this plugin, or nullptr. They are of the type that it has put.
  template <typename T>
  [[nodiscard]] const T* get(std::string_view plugin) const {
    return static_cast<const T*>(find(plugin));
  }
  template <typename T>
  [[nodiscard]] T* change(std::string_view plugin) {
    return static_cast<T*>(find(plugin));
  }

 private:
  [[nodiscard]] Data* find(std::string_view plugin) const {
    // Names of plugins are literals: their address tells them apart faster than their text.
    for (auto it = notes_.rbegin(); it != notes_.rend(); ++it) {
      if (it->first.data() == plugin.data() || it->first == plugin) return it->second.get();
    }
    return nullptr;
  }
  std::vector<std::pair<std::string_view, std::unique_ptr<Data>>> notes_;
};

/// What a filter or a score looks at beside the Pod.
enum class Reach : std::uint8_t {
  kNothing,  ///< there is none
  kNode,     ///< the one NodeInfo: equal for Pods with equal PodSchedulingView::node_demands
  kCluster,  ///< other nodes too, through its notes; it is asked by slot
};

/// A Pod in the scheduling queue, as queueSort sees it.
struct QueuedPod {
  std::int64_t priority = 0;
  Time queued{};  // when it last entered the active queue or the pool of unschedulable Pods
  std::uint64_t seat = 0;  // order of arrival, for Pods queued at one moment
  Time since{};            // when it was first queued, unless prepare_sort says otherwise
  std::string name;        // "namespace/name"
};

/// Pods that have got a node and wait for others before they are bound, as plugins see them. What
/// a plugin decides on them is carried out once the scheduling cycle is over.
class WaitingPods {
 public:
  WaitingPods() = default;
  WaitingPods(const WaitingPods&) = delete;
  WaitingPods& operator=(const WaitingPods&) = delete;
  virtual ~WaitingPods() = default;

  /// All of them, in the order of their coming.
  [[nodiscard]] virtual std::vector<PodInfoPtr> all() const = 0;
  virtual void allow(const std::string& uid) = 0;
  virtual void reject(const std::string& uid, std::string reason) = 0;
  /// Tries these Pods, which wait for a node, right after this cycle, whatever their back-off.
  virtual void activate(const std::vector<std::string>& uids) = 0;
};

inline constexpr std::int64_t kMaxNodeScore = 100;

/// One of kube-scheduler's plugins. A plugin implements the extension points it has an opinion on;
/// the defaults say nothing. It looks at nothing but its arguments and keeps no state between
/// calls.
///
/// Source: Kubernetes documentation, "Scheduling Framework".
class Plugin {
 public:
  Plugin() = default;
  Plugin(const Plugin&) = delete;
  Plugin& operator=(const Plugin&) = delete;
  virtual ~Plugin() = default;

  [[nodiscard]] virtual std::string_view name() const = 0;
  /// What filter() and score() read. Those of reach kNode are remembered from cycle to cycle; a
  /// plugin without a filter or score says kNothing and is not asked.
  [[nodiscard]] virtual Reach filter_reach() const { return Reach::kNothing; }
  [[nodiscard]] virtual Reach score_reach() const { return Reach::kNothing; }

  /// filter() and score() read what preFilter and preScore have noted: without these they cannot be
  /// asked.
  [[nodiscard]] virtual bool reads_notes() const { return false; }

  /// Which changes may turn this plugin's refusal into a yes.
  [[nodiscard]] virtual ClusterEvents wakes_on() const { return kAllClusterEvents; }
  /// The queueing hint: may this change, one of wakes_on(), help this Pod?
  [[nodiscard]] virtual bool may_help(const PodInfo& /*pod*/,
                                      const ClusterChange& /*change*/) const {
    return true;
  }

  /// preEnqueue: may the Pod enter the active queue?
  [[nodiscard]] virtual Status pre_enqueue(const PodInfo& /*pod*/) const {
    return Status::success();
  }
  /// queueSort: is `a` to be scheduled before `b`? nullopt: this plugin does not sort.
  [[nodiscard]] virtual std::optional<bool> sorts_before(const QueuedPod& /*a*/,
                                                         const QueuedPod& /*b*/) const {
    return std::nullopt;
  }
  /// Before a Pod enters the active queue: what a queueSort plugin wants to know of it.
  virtual void prepare_sort(const PodInfo& /*pod*/, const Store& /*store*/,
                            QueuedPod& /*queued*/) const {}
  /// preFilter, once per cycle. Skip: this plugin's filter is left out. `only`, when set, names the
  /// nodes that can do at all.
  virtual Status pre_filter(CycleState& /*state*/, const PodInfo& /*pod*/,
                            const ClusterView& /*cluster*/,
                            std::optional<std::set<std::string>>& /*only*/) const {
    return Status::success();
  }
  /// preFilter's extensions: `other` is counted on `node` now, or no more, until it is taken back.
  virtual void pod_added(CycleState& /*state*/, const PodInfo& /*pod*/, const PodInfo& /*other*/,
                         const NodeInfo& /*node*/) const {}
  virtual void pod_removed(CycleState& /*state*/, const PodInfo& /*pod*/, const PodInfo& /*other*/,
                           const NodeInfo& /*node*/) const {}
  [[nodiscard]] virtual Status filter(const CycleState& /*state*/, const PodInfo& /*pod*/,
                                      const NodeInfo& /*node*/) const {
    return Status::success();
  }
  /// The same for plugins of reach kCluster, which know a node by its slot.
  [[nodiscard]] virtual Status filter_at(const CycleState& /*state*/, const PodInfo& /*pod*/,
                                         std::size_t /*slot*/) const {
    return Status::success();
  }
  /// The same for many nodes: fits[i] becomes 0 where filter_at(slots[i]) would refuse.
  virtual void filter_many(const CycleState& state, const PodInfo& pod, SlotSpan slots,
                           std::span<char> fits) const {
    for (std::size_t i = 0; i < slots.size(); ++i) {
      if (fits[i] != 0 && !filter_at(state, pod, slots[i]).ok()) fits[i] = 0;
    }
  }
  /// preScore, once per cycle with two or more feasible nodes. Skip: the plugin gives no scores.
  virtual Status pre_score(CycleState& /*state*/, const PodInfo& /*pod*/,
                           const ClusterView& /*cluster*/, SlotSpan /*feasible*/) const {
    return Status::skip();
  }
  [[nodiscard]] virtual std::int64_t score(const CycleState& /*state*/, const PodInfo& /*pod*/,
                                           const NodeInfo& /*node*/) const {
    return 0;
  }
  /// score() for plugins of reach kCluster, for all nodes at once.
  virtual void score_many(const CycleState& /*state*/, const PodInfo& /*pod*/, SlotSpan /*slots*/,
                          std::span<std::int64_t> /*scores*/) const {}
  /// The scores are 0 … kMaxNodeScore as they are: there is no normalize().
  [[nodiscard]] virtual bool scores_are_final() const { return false; }
  /// normalizeScore: brings this plugin's scores of all feasible nodes to 0 … kMaxNodeScore.
  virtual void normalize(const CycleState& /*state*/, SlotSpan /*feasible*/,
                         std::span<std::int64_t> /*scores*/) const {}

  virtual Status reserve(const PodInfo& /*pod*/, std::string_view /*node*/) const {
    return Status::success();
  }
  virtual void unreserve(const PodInfo& /*pod*/, const ClusterView& /*cluster*/,
                         WaitingPods& /*waiting*/) const {}
  /// permit: yes, no, or kWait: the Pod keeps its node until a later permit allows or rejects it,
  /// or `timeout` is over. The Pod counts on its node already.
  [[nodiscard]] virtual Status permit(const PodInfo& /*pod*/, const ClusterView& /*cluster*/,
                                      WaitingPods& /*waiting*/, Duration& /*timeout*/) const {
    return Status::success();
  }
  /// preBind: what must have come about in the API before the Pod is bound. Asked with `waited` 0
  /// right after permit, and once a second for as long as it answers kWait.
  virtual Status pre_bind(Api& /*api*/, const PodInfo& /*pod*/, const NodeInfo& /*node*/,
                          Duration /*waited*/) const {
    return Status::success();
  }
  /// bind: Skip leaves it to the next plugin; one of them must do it.
  virtual Status bind(Api& /*api*/, const PodInfo& /*pod*/, std::string_view /*node*/) const {
    return Status::skip();
  }

  /// What postFilter knows: why each node was refused.
  struct Refusals {
    NodeSpan nodes;
    std::span<const Status> statuses;  // of the node at the same index
  };
  /// Tries the filters of the profile on a copy of a node from which Pods were taken away.
  class Trial {
   public:
    virtual ~Trial() = default;
    virtual void remove(NodeInfo& node, const PodInfo& other) = 0;
    virtual void add(NodeInfo& node, const PodInfoPtr& other) = 0;
    [[nodiscard]] virtual Status filter(const NodeInfo& node) = 0;
  };
  struct PostFilterResult {
    std::string message;              // a part of the Pod's message; empty: none
    std::string node;                 // to nominate; empty: none
    std::vector<PodInfoPtr> victims;  // to evict from it
    bool clears_nomination = false;   // an earlier nomination of the Pod is void
  };
  /// postFilter, when no node is feasible. `random` is nullptr where nothing may be drawn, and
  /// `waiting` where nothing may be changed.
  [[nodiscard]] virtual PostFilterResult post_filter(const PodInfo& /*pod*/,
                                                     const ClusterView& /*cluster*/,
                                                     const Refusals& /*refusals*/, Trial& /*trial*/,
                                                     Rng* /*random*/,
                                                     WaitingPods* /*waiting*/) const {
    return {};
  }
};

/// Scales scores so that the highest becomes kMaxNodeScore; `reverse` turns low into high.
/// Source: kube-scheduler's DefaultNormalizeScore.
void default_normalize(std::span<std::int64_t> scores, bool reverse);

/// "0/3 nodes are available: 1 Insufficient cpu, 2 node(s) were unschedulable." `reasons` holds one
/// entry for each node and reason; they are counted and sorted as text.
std::string fit_error(std::size_t num_nodes, std::span<const std::string> reasons);

/// One row of plugins/registry.cpp.
struct PluginRow {
  std::string_view name;
  std::int64_t weight;  // of its normalized score; 0: gives none
  std::unique_ptr<Plugin> (*make)(const SchedulerProfile& profile);
  bool on_request = false;  // not in the default profile: a configuration must enable it
};

/// All plugins, in the order in which they run.
std::span<const PluginRow> plugin_registry();

}  // namespace inferlab::sim
