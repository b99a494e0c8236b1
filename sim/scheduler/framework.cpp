#include "sim/scheduler/framework.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>

#include "engine/base/check.h"

namespace inferlab::sim {

Framework::Framework(const SchedulerProfile& profile) {
  for (const PluginRow& row : plugin_registry()) {
    if (profile.disabled.contains(row.name)) continue;
    const auto weight = profile.weights.find(row.name);
    plugins_.push_back(
        {row.make(profile), weight == profile.weights.end() ? row.weight : weight->second});
    INFERLAB_CHECK(plugins_.back().plugin->name() == row.name);
  }
  INFERLAB_CHECK(plugins_.size() < 32);  // a PluginSet holds them
  std::size_t node_scorers = 0;
  for (std::size_t i = 0; i < plugins_.size(); ++i) {
    const Plugin& plugin = *plugins_[i].plugin;
    if (plugin.filter_reach() != Reach::kNothing) {
      // What is remembered of a node must not depend on what a later plugin would have said.
      const bool of_node = plugin.filter_reach() == Reach::kNode;
      INFERLAB_CHECK(!of_node || num_node_filters_ == filters_.size());
      filters_.push_back(i);
      if (of_node) ++num_node_filters_;
    }
    if (plugin.score_reach() != Reach::kNothing && plugins_[i].weight > 0) {
      scorers_.push_back(i);
      if (plugin.score_reach() == Reach::kNode) ++node_scorers;
    }
  }
  INFERLAB_CHECK(node_scorers <= NodeMemo::kMaxScores);
}

Status Framework::pre_enqueue(const PodInfo& pod, PluginSet& refused_by) const {
  for (std::size_t i = 0; i < plugins_.size(); ++i) {
    Status status = plugins_[i].plugin->pre_enqueue(pod);
    if (status.ok()) continue;
    refused_by = bit(i);
    return status;
  }
  return Status::success();
}

bool Framework::sorts_before(const QueuedPod& a, const QueuedPod& b) const {
  for (const Row& row : plugins_) {
    if (const std::optional<bool> before = row.plugin->sorts_before(a, b)) return *before;
  }
  return a.seat < b.seat;
}

bool Framework::may_help(const PodInfo& pod, PluginSet refused_by,
                         const ClusterChange& change) const {
  for (std::size_t i = 0; i < plugins_.size(); ++i) {
    if ((refused_by & bit(i)) == 0) continue;
    const Plugin& plugin = *plugins_[i].plugin;
    if ((plugin.wakes_on() & change.events) == 0) continue;
    // A change of the Pod itself is no change of the cluster around it: no hint is asked for.
    const bool own = (change.events & static_cast<ClusterEvents>(ClusterEvent::kPodUpdate)) != 0;
    if (own || plugin.may_help(pod, change)) return true;
  }
  return false;
}

Status Framework::pre_filter(Cycle& cycle, const PodInfo& pod, const ClusterView& cluster) const {
  cycle.skips_filter = 0;
  std::vector<std::string_view> narrowing;
  for (std::size_t i = 0; i < plugins_.size(); ++i) {
    const Plugin& plugin = *plugins_[i].plugin;
    std::optional<std::set<std::string>> only;
    Status status = plugin.pre_filter(cycle.state, pod, cluster, only);
    if (status.skipped()) {
      cycle.skips_filter |= bit(i);
      continue;
    }
    if (!status.ok()) {
      cycle.refused_by |= bit(i);
      return status;
    }
    if (!only) continue;
    narrowing.push_back(plugin.name());
    if (cycle.only) {
      std::erase_if(*cycle.only,
                    [&only](const std::string& name) { return !only->contains(name); });
    } else {
      cycle.only = std::move(only);
    }
    cycle.refused_by |= bit(i);
    if (!cycle.only->empty()) continue;
    return Status::unresolvable(
        narrowing.size() == 1 ? fmt::format("node(s) didn't satisfy plugin {}", narrowing.front())
                              : fmt::format("node(s) didn't satisfy plugin(s) [{}] simultaneously",
                                            fmt::join(narrowing, " ")));
  }
  cycle.narrowed_by = fmt::format("[{}]", fmt::join(narrowing, " "));
  return Status::success();
}

Status Framework::filter_from(std::size_t first, std::size_t end, const Cycle& cycle,
                              const PodInfo& pod, const NodeInfo& node,
                              std::size_t& refused_by) const {
  for (std::size_t i = first; i < end; ++i) {
    const std::size_t index = filters_[i];
    if ((cycle.skips_filter & bit(index)) != 0) continue;
    Status status = plugins_[index].plugin->filter(cycle.state, pod, node);
    if (status.ok()) continue;
    refused_by = index;
    return status;
  }
  return Status::success();
}

Status Framework::filter(const Cycle& cycle, const PodInfo& pod, const NodeInfo& node,
                         std::size_t& refused_by) const {
  if (cycle.memo == nullptr) return filter_copy(cycle, pod, node, refused_by);
  NodeMemo::Entry& entry = cycle.memo->entries[node.slot];
  if (entry.filtered != node.generation) {
    entry.verdict = filter_from(0, num_node_filters_, cycle, pod, node, entry.refused_by);
    entry.filtered = node.generation;
  }
  if (!entry.verdict.ok()) {
    refused_by = entry.refused_by;
    return entry.verdict;
  }
  return filter_from(num_node_filters_, filters_.size(), cycle, pod, node, refused_by);
}

Status Framework::filter_copy(const Cycle& cycle, const PodInfo& pod, const NodeInfo& node,
                              std::size_t& refused_by) const {
  return filter_from(0, filters_.size(), cycle, pod, node, refused_by);
}

void Framework::pod_added(Cycle& cycle, const PodInfo& pod, const PodInfo& other,
                          const NodeInfo& node) const {
  for (std::size_t i = 0; i < plugins_.size(); ++i) {
    if ((cycle.skips_filter & bit(i)) != 0) continue;
    plugins_[i].plugin->pod_added(cycle.state, pod, other, node);
  }
}

void Framework::pod_removed(Cycle& cycle, const PodInfo& pod, const PodInfo& other,
                            const NodeInfo& node) const {
  for (std::size_t i = 0; i < plugins_.size(); ++i) {
    if ((cycle.skips_filter & bit(i)) != 0) continue;
    plugins_[i].plugin->pod_removed(cycle.state, pod, other, node);
  }
}

std::vector<std::pair<std::string_view, Status>> Framework::filter_all(const Cycle& cycle,
                                                                       const PodInfo& pod,
                                                                       const NodeInfo& node) const {
  std::vector<std::pair<std::string_view, Status>> out;
  for (const std::size_t index : filters_) {
    if ((cycle.skips_filter & bit(index)) != 0) continue;
    const Plugin& plugin = *plugins_[index].plugin;
    Status status = plugin.filter(cycle.state, pod, node);
    if (!status.ok()) out.emplace_back(plugin.name(), std::move(status));
  }
  return out;
}

Plugin::PostFilterResult Framework::post_filter(const PodInfo& pod, const ClusterView& cluster,
                                                const Plugin::Refusals& refusals,
                                                Plugin::Trial& trial, Rng* random) const {
  for (const Row& row : plugins_) {
    Plugin::PostFilterResult result =
        row.plugin->post_filter(pod, cluster, refusals, trial, random);
    if (!result.message.empty() || !result.node.empty()) return result;
  }
  return {};
}

void Framework::remember_scores(const Cycle& cycle, PluginSet skipped, const PodInfo& pod,
                                NodeSpan feasible) const {
  for (const NodeInfo* node : feasible) {
    NodeMemo::Entry& entry = cycle.memo->entries[node->slot];
    if (entry.scored == node->generation) continue;
    std::size_t column = 0;
    for (const std::size_t index : scorers_) {
      const Plugin& plugin = *plugins_[index].plugin;
      if (plugin.score_reach() != Reach::kNode) continue;
      if ((skipped & bit(index)) == 0) {
        entry.scores[column] = plugin.score(cycle.state, pod, *node);
      }
      ++column;
    }
    entry.scored = node->generation;
  }
}

Framework::Scores Framework::score(Cycle& cycle, const PodInfo& pod, const ClusterView& cluster,
                                   NodeSpan feasible) const {
  Scores out;
  out.totals.assign(feasible.size(), 0);
  PluginSet skipped = 0;
  for (const std::size_t index : scorers_) {
    if (plugins_[index].plugin->pre_score(cycle.state, pod, cluster, feasible).skipped()) {
      skipped |= bit(index);
    }
  }
  if (cycle.memo != nullptr) remember_scores(cycle, skipped, pod, feasible);
  std::size_t column = 0;
  for (const std::size_t index : scorers_) {
    const Row& row = plugins_[index];
    const bool of_node = row.plugin->score_reach() == Reach::kNode;
    const std::size_t own_column = of_node ? column++ : 0;
    if ((skipped & bit(index)) != 0) continue;
    std::vector<std::int64_t> scores(feasible.size());
    for (std::size_t i = 0; i < feasible.size(); ++i) {
      const NodeInfo& node = *feasible[i];
      scores[i] = of_node && cycle.memo != nullptr
                      ? cycle.memo->entries[node.slot].scores[own_column]
                      : row.plugin->score(cycle.state, pod, node);
    }
    row.plugin->normalize(cycle.state, feasible, scores);
    for (std::size_t i = 0; i < scores.size(); ++i) {
      INFERLAB_CHECK(scores[i] >= 0 && scores[i] <= kMaxNodeScore);
      scores[i] *= row.weight;
      out.totals[i] += scores[i];
    }
    out.plugins.push_back(row.plugin->name());
    out.weighted.push_back(std::move(scores));
  }
  return out;
}

Status Framework::reserve(const PodInfo& pod, std::string_view node) const {
  for (const Row& row : plugins_) {
    Status status = row.plugin->reserve(pod, node);
    if (status.ok()) continue;
    unreserve(pod, node);
    return status;
  }
  return Status::success();
}

void Framework::unreserve(const PodInfo& pod, std::string_view node) const {
  for (auto row = plugins_.rbegin(); row != plugins_.rend(); ++row) {
    row->plugin->unreserve(pod, node);
  }
}

Status Framework::permit(const PodInfo& pod, std::string_view node) const {
  for (const Row& row : plugins_) {
    Status status = row.plugin->permit(pod, node);
    if (!status.ok()) return status;
  }
  return Status::success();
}

Status Framework::bind(Api& api, const PodInfo& pod, std::string_view node) const {
  for (const Row& row : plugins_) {
    Status status = row.plugin->bind(api, pod, node);
    if (!status.skipped()) return status;
  }
  return Status::error("no plugin binds");
}

}  // namespace inferlab::sim
