#pragma once

#include <memory>
#include <optional>
#include <set>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "sim/scheduler/plugin.h"

namespace inferlab::sim {

/// The plugins of the default profile, and the running of each extension point over all of them.
/// It keeps nothing of a Pod: what belongs to one scheduling cycle is in a Cycle.
class Framework {
 public:
  Framework();

  /// One Pod's way through preFilter, filter and score.
  struct Cycle {
    CycleState state;
    std::vector<bool> skips_filter;             // by plugin, said in preFilter
    std::optional<std::set<std::string>> only;  // the nodes that can do at all; none: every node
    std::string narrowed_by;                    // the plugins that set `only`, "[NodeAffinity]"
    ClusterEvents wakes_on = 0;                 // of the plugins that refused
  };

  /// Weighted scores; rows are plugins, columns the nodes that were asked about.
  struct Scores {
    std::vector<std::string_view> plugins;
    std::vector<std::vector<std::int64_t>> weighted;  // [plugins.size()][nodes]
    std::vector<std::int64_t> totals;                 // [nodes]
  };

  /// The first refusal, and what may lift it in `wakes_on`.
  [[nodiscard]] Status pre_enqueue(const PodInfo& pod, ClusterEvents& wakes_on) const;
  [[nodiscard]] bool sorts_before(const QueuedPod& a, const QueuedPod& b) const;

  Status pre_filter(Cycle& cycle, const PodInfo& pod, NodeSpan nodes) const;
  /// Up to the first refusal, as kube-scheduler does: one plugin speaks for a node. `refused_by`,
  /// when given, gets its index.
  Status filter(const Cycle& cycle, const PodInfo& pod, const NodeInfo& node,
                std::size_t* refused_by = nullptr) const;
  /// What each plugin that refuses this node says.
  [[nodiscard]] std::vector<std::pair<std::string_view, Status>> filter_all(
      const Cycle& cycle, const PodInfo& pod, const NodeInfo& node) const;
  [[nodiscard]] std::string post_filter(const Cycle& cycle, const PodInfo& pod,
                                        const Plugin::Refusals& refusals) const;
  [[nodiscard]] Scores score(Cycle& cycle, const PodInfo& pod, NodeSpan feasible) const;

  Status reserve(const PodInfo& pod, std::string_view node) const;
  void unreserve(const PodInfo& pod, std::string_view node) const;
  [[nodiscard]] Status permit(const PodInfo& pod, std::string_view node) const;
  Status bind(Api& api, const PodInfo& pod, std::string_view node) const;

  [[nodiscard]] const Plugin& plugin(std::size_t index) const { return *plugins_[index].plugin; }

 private:
  struct Row {
    std::unique_ptr<Plugin> plugin;
    std::int64_t weight;
  };
  std::vector<Row> plugins_;
};

}  // namespace inferlab::sim
