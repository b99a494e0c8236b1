#pragma once

#include <memory>
#include <optional>
#include <set>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "sim/scheduler/node_memo.h"
#include "sim/scheduler/plugin.h"

namespace inferlab::sim {

/// The plugins of a profile, and the running of each extension point over all of them.
/// It keeps nothing of a Pod: what belongs to one scheduling cycle is in a Cycle.
class Framework {
 public:
  explicit Framework(const SchedulerProfile& profile);

  /// A set of plugins: bit i is the plugin at index i.
  using PluginSet = std::uint32_t;

  /// One Pod's way through preFilter, filter and score.
  struct Cycle {
    CycleState state;
    PluginSet skips_filter = 0;                 // said in preFilter
    std::optional<std::set<std::string>> only;  // the nodes that can do at all; none: every node
    std::string narrowed_by;                    // the plugins that set `only`, "[NodeAffinity]"
    PluginSet refused_by = 0;                   // some node, or the Pod as such
    NodeMemo* memo = nullptr;                   // nullptr: nothing is remembered
  };

  /// Weighted scores; rows are plugins, columns the nodes that were asked about.
  struct Scores {
    std::vector<std::string_view> plugins;
    std::vector<std::vector<std::int64_t>> weighted;  // [plugins.size()][nodes], and unused rows
    std::vector<std::int64_t> totals;                 // [nodes]
    std::vector<std::int64_t> row;                    // [nodes], of one plugin
  };

  /// The first refusal, and whose it is in `refused_by`.
  [[nodiscard]] Status pre_enqueue(const PodInfo& pod, PluginSet& refused_by) const;
  void prepare_sort(const PodInfo& pod, const Store& store, QueuedPod& queued) const;
  [[nodiscard]] bool sorts_before(const QueuedPod& a, const QueuedPod& b) const;
  /// May this change help a Pod that these plugins have refused?
  [[nodiscard]] bool may_help(const PodInfo& pod, PluginSet refused_by,
                              const ClusterChange& change) const;

  Status pre_filter(Cycle& cycle, const PodInfo& pod, const ClusterView& cluster) const;
  /// Up to the first refusal, as kube-scheduler does: one plugin speaks for a node. `refused_by`
  /// gets its index. `node` is looked at only when it has changed since it was remembered.
  Status filter(const Cycle& cycle, const PodInfo& pod, const NodeInfo& node, std::size_t slot,
                std::size_t& refused_by) const;
  /// The same for many: fits[i] says whether nodes[i], which is slots[i], may be chosen.
  void filter_many(const Cycle& cycle, const PodInfo& pod, NodeSpan nodes, SlotSpan slots,
                   std::span<char> fits) const;
  /// The same for a copy of a node that was changed: nothing is remembered.
  Status filter_copy(const Cycle& cycle, const PodInfo& pod, const NodeInfo& node,
                     std::size_t& refused_by) const;
  void pod_added(Cycle& cycle, const PodInfo& pod, const PodInfo& other,
                 const NodeInfo& node) const;
  void pod_removed(Cycle& cycle, const PodInfo& pod, const PodInfo& other,
                   const NodeInfo& node) const;
  /// What each plugin that refuses this node says.
  [[nodiscard]] std::vector<std::pair<std::string_view, Status>> filter_all(
      const Cycle& cycle, const PodInfo& pod, const NodeInfo& node) const;
  [[nodiscard]] Plugin::PostFilterResult post_filter(const PodInfo& pod, const ClusterView& cluster,
                                                     const Plugin::Refusals& refusals,
                                                     Plugin::Trial& trial, Rng* random,
                                                     WaitingPods* waiting) const;
  /// Into `out`, whose memory is used again. Checks: the cycle has a memo.
  void score(Cycle& cycle, const PodInfo& pod, const ClusterView& cluster, NodeSpan feasible,
             SlotSpan slots, Scores& out) const;
  /// The same totals alone, which is all that a decision needs.
  void total_scores(Cycle& cycle, const PodInfo& pod, const ClusterView& cluster, NodeSpan feasible,
                    SlotSpan slots, Scores& out) const;

  /// unreserve() has to follow a refusal.
  Status reserve(const PodInfo& pod, std::string_view node) const;
  void unreserve(const PodInfo& pod, const ClusterView& cluster, WaitingPods& waiting) const;
  struct Permit {
    Status status;             // the first refusal, or kWait when nobody refuses and one waits
    Duration timeout{};        // of kWait
    std::string_view plugin;   // that refuses or waits
    PluginSet refused_by = 0;  // the same
  };
  [[nodiscard]] Permit permit(const PodInfo& pod, const ClusterView& cluster,
                              WaitingPods& waiting) const;
  /// kWait while a plugin has to wait; an error names the plugin.
  Status pre_bind(Api& api, const PodInfo& pod, const NodeInfo& node, Duration waited) const;
  Status bind(Api& api, const PodInfo& pod, std::string_view node) const;

 private:
  struct Row {
    std::unique_ptr<Plugin> plugin;
    std::int64_t weight;
    ExtensionPoints points;
    [[nodiscard]] bool runs_at(ExtensionPoint point) const { return includes(points, point); }
  };
  static PluginSet bit(std::size_t index) { return PluginSet{1} << index; }
  Status node_filters(const Cycle& cycle, const PodInfo& pod, const NodeInfo& node,
                      std::size_t& refused_by) const;
  Status cluster_filters(const Cycle& cycle, const PodInfo& pod, std::size_t slot,
                         std::size_t& refused_by) const;
  /// What the plugins say that look at one node alone; they are asked when the node has changed.
  NodeMemo::Verdict remembered_verdict(const Cycle& cycle, const PodInfo& pod, const NodeInfo& node,
                                       std::size_t slot) const;
  void remember_scores(const Cycle& cycle, PluginSet skipped, const PodInfo& pod,
                       const NodeInfo& node, std::size_t slot) const;
  /// The plugins that leave themselves out.
  PluginSet pre_score(Cycle& cycle, const PodInfo& pod, const ClusterView& cluster,
                      SlotSpan slots) const;

  std::vector<Row> plugins_;
  std::vector<std::size_t> filters_;             // indices of plugins with a filter, in their order
  std::size_t num_node_filters_ = 0;             // the first of them, which look at one node alone
  std::vector<std::size_t> sorters_;             // that sort the queue
  std::vector<std::size_t> scorers_;             // with a score and a weight, in their order
  std::vector<std::size_t> node_scorers_;        // of these, those that look at one node alone
  std::vector<std::size_t> row_of_node_scorer_;  // their places in scorers_
};

}  // namespace inferlab::sim
