#include "sim/scheduler/framework.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <limits>

#include "engine/base/check.h"
#include "sim/scheduler/plugin_sets.h"

namespace inferlab::sim {

Framework::Framework(const SchedulerProfile& profile) {
  for (const PluginRow& row : plugin_registry()) {
    const ExtensionPoints points = points_of(profile, row);
    if (points == 0) continue;
    const auto weight = profile.weights.find(row.name);
    plugins_.push_back(
        {row.make(profile), weight == profile.weights.end() ? row.weight : weight->second, points});
    INFERLAB_CHECK(plugins_.back().plugin->name() == row.name);
  }
  INFERLAB_CHECK(plugins_.size() < 32);  // a PluginSet holds them
  for (std::size_t i = 0; i < plugins_.size(); ++i) {
    const Row& row = plugins_[i];
    const Plugin& plugin = *row.plugin;
    if (row.runs_at(ExtensionPoint::kQueueSort) && plugin.sorts_before({}, {})) {
      sorters_.push_back(i);
    }
    if (row.runs_at(ExtensionPoint::kFilter) && plugin.filter_reach() != Reach::kNothing) {
      // What is remembered of a node must not depend on what a later plugin would have said.
      const bool of_node = plugin.filter_reach() == Reach::kNode;
      INFERLAB_CHECK(!of_node || num_node_filters_ == filters_.size());
      filters_.push_back(i);
      if (of_node) ++num_node_filters_;
    }
    if (row.runs_at(ExtensionPoint::kScore) && plugin.score_reach() != Reach::kNothing &&
        row.weight > 0) {
      if (plugin.score_reach() == Reach::kNode) {
        node_scorers_.push_back(i);
        row_of_node_scorer_.push_back(scorers_.size());
      }
      scorers_.push_back(i);
    }
  }
  INFERLAB_CHECK(node_scorers_.size() <= NodeMemo::kMaxScores);
}

Status Framework::pre_enqueue(const PodInfo& pod, PluginSet& refused_by) const {
  for (std::size_t i = 0; i < plugins_.size(); ++i) {
    if (!plugins_[i].runs_at(ExtensionPoint::kPreEnqueue)) continue;
    Status status = plugins_[i].plugin->pre_enqueue(pod);
    if (status.ok()) continue;
    refused_by = bit(i);
    return status;
  }
  return Status::success();
}

void Framework::prepare_sort(const PodInfo& pod, const Store& store, QueuedPod& queued) const {
  for (const Row& row : plugins_) {
    if (row.runs_at(ExtensionPoint::kQueueSort)) row.plugin->prepare_sort(pod, store, queued);
  }
}

bool Framework::sorts_before(const QueuedPod& a, const QueuedPod& b) const {
  for (const std::size_t index : sorters_) {
    const std::optional<bool> before = plugins_[index].plugin->sorts_before(a, b);
    if (before) return *before;
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
    if (!plugins_[i].runs_at(ExtensionPoint::kPreFilter)) continue;
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
  std::sort(narrowing.begin(), narrowing.end());
  cycle.narrowed_by = fmt::format("[{}]", fmt::join(narrowing, " "));
  return Status::success();
}

Status Framework::node_filters(const Cycle& cycle, const PodInfo& pod, const NodeInfo& node,
                               std::size_t& refused_by) const {
  for (std::size_t i = 0; i < num_node_filters_; ++i) {
    const std::size_t index = filters_[i];
    if ((cycle.skips_filter & bit(index)) != 0) continue;
    Status status = plugins_[index].plugin->filter(cycle.state, pod, node);
    if (status.ok()) continue;
    refused_by = index;
    return status;
  }
  return Status::success();
}

Status Framework::cluster_filters(const Cycle& cycle, const PodInfo& pod, std::size_t slot,
                                  std::size_t& refused_by) const {
  for (std::size_t i = num_node_filters_; i < filters_.size(); ++i) {
    const std::size_t index = filters_[i];
    if ((cycle.skips_filter & bit(index)) != 0) continue;
    Status status = plugins_[index].plugin->filter_at(cycle.state, pod, slot);
    if (status.ok()) continue;
    refused_by = index;
    return status;
  }
  return Status::success();
}

NodeMemo::Verdict Framework::remembered_verdict(const Cycle& cycle, const PodInfo& pod,
                                                const NodeInfo& node, std::size_t slot) const {
  NodeMemo& memo = *cycle.memo;
  if (memo.verdicts[slot] == NodeMemo::kUnknown) {
    std::size_t refused_by = 0;
    Status verdict = node_filters(cycle, pod, node, refused_by);
    memo.verdicts[slot] = verdict.ok() ? NodeMemo::kFits : NodeMemo::kRefused;
    memo.refused_by[slot] = static_cast<std::uint8_t>(refused_by);
    memo.refusals[slot] = std::move(verdict);
  }
  return static_cast<NodeMemo::Verdict>(memo.verdicts[slot]);
}

Status Framework::filter(const Cycle& cycle, const PodInfo& pod, const NodeInfo& node,
                         std::size_t slot, std::size_t& refused_by) const {
  if (remembered_verdict(cycle, pod, node, slot) == NodeMemo::kRefused) {
    refused_by = cycle.memo->refused_by[slot];
    return cycle.memo->refusals[slot];
  }
  return cluster_filters(cycle, pod, slot, refused_by);
}

void Framework::filter_many(const Cycle& cycle, const PodInfo& pod, NodeSpan nodes, SlotSpan slots,
                            std::span<char> fits) const {
  const std::uint8_t* verdicts = cycle.memo->verdicts.data();
  for (std::size_t i = 0; i < slots.size(); ++i) {
    const std::uint8_t known = verdicts[slots[i]];
    fits[i] = known == NodeMemo::kFits ? 1 : 0;
    if (known != NodeMemo::kUnknown) continue;
    fits[i] = remembered_verdict(cycle, pod, *nodes[i], slots[i]) == NodeMemo::kFits ? 1 : 0;
  }
  for (std::size_t i = num_node_filters_; i < filters_.size(); ++i) {
    const std::size_t index = filters_[i];
    if ((cycle.skips_filter & bit(index)) != 0) continue;
    plugins_[index].plugin->filter_many(cycle.state, pod, slots, fits);
  }
}

Status Framework::filter_copy(const Cycle& cycle, const PodInfo& pod, const NodeInfo& node,
                              std::size_t& refused_by) const {
  Status status = node_filters(cycle, pod, node, refused_by);
  return status.ok() ? cluster_filters(cycle, pod, node.slot, refused_by) : status;
}

void Framework::pod_added(Cycle& cycle, const PodInfo& pod, const PodInfo& other,
                          const NodeInfo& node) const {
  for (std::size_t i = 0; i < plugins_.size(); ++i) {
    if ((cycle.skips_filter & bit(i)) != 0) continue;
    if (!plugins_[i].runs_at(ExtensionPoint::kPreFilter)) continue;
    plugins_[i].plugin->pod_added(cycle.state, pod, other, node);
  }
}

void Framework::pod_removed(Cycle& cycle, const PodInfo& pod, const PodInfo& other,
                            const NodeInfo& node) const {
  for (std::size_t i = 0; i < plugins_.size(); ++i) {
    if ((cycle.skips_filter & bit(i)) != 0) continue;
    if (!plugins_[i].runs_at(ExtensionPoint::kPreFilter)) continue;
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
    Status status = plugin.filter_reach() == Reach::kCluster
                        ? plugin.filter_at(cycle.state, pod, node.slot)
                        : plugin.filter(cycle.state, pod, node);
    if (!status.ok()) out.emplace_back(plugin.name(), std::move(status));
  }
  return out;
}

Plugin::PostFilterResult Framework::post_filter(const PodInfo& pod, const ClusterView& cluster,
                                                const Plugin::Refusals& refusals,
                                                Plugin::Trial& trial, Rng* random,
                                                WaitingPods* waiting) const {
  Plugin::PostFilterResult out;
  for (const Row& row : plugins_) {
    if (!row.runs_at(ExtensionPoint::kPostFilter)) continue;
    Plugin::PostFilterResult result =
        row.plugin->post_filter(pod, cluster, refusals, trial, random, waiting);
    if (!result.node.empty()) return result;
    // Nobody could help so far: every plugin's reason is told, and the next one tries.
    if (out.message.empty()) {
      out = std::move(result);
    } else if (!result.message.empty()) {
      out.message += ", " + result.message;
    }
  }
  return out;
}

void Framework::remember_scores(const Cycle& cycle, PluginSet skipped, const PodInfo& pod,
                                const NodeInfo& node, std::size_t slot) const {
  NodeMemo& memo = *cycle.memo;
  if (memo.scored[slot] != 0) return;
  std::int64_t sum = 0;
  for (std::size_t column = 0; column < node_scorers_.size(); ++column) {
    const std::size_t index = node_scorers_[column];
    if ((skipped & bit(index)) != 0) continue;
    const Plugin& plugin = *plugins_[index].plugin;
    const std::int64_t score = plugin.score(cycle.state, pod, node);
    INFERLAB_CHECK(score >= 0 && score <= std::numeric_limits<std::int32_t>::max());
    memo.scores[slot][column] = static_cast<std::int32_t>(score);
    if (!plugin.scores_are_final()) continue;
    INFERLAB_CHECK(score <= kMaxNodeScore);
    sum += score * plugins_[index].weight;
  }
  memo.final_scores[slot] = sum;
  memo.scored[slot] = 1;
}

Framework::PluginSet Framework::pre_score(Cycle& cycle, const PodInfo& pod,
                                          const ClusterView& cluster, SlotSpan slots) const {
  PluginSet skipped = 0;
  for (const std::size_t index : scorers_) {
    if (plugins_[index].plugin->pre_score(cycle.state, pod, cluster, slots).skipped()) {
      skipped |= bit(index);
    }
  }
  return skipped;
}

void Framework::total_scores(Cycle& cycle, const PodInfo& pod, const ClusterView& cluster,
                             NodeSpan feasible, SlotSpan slots, Scores& out) const {
  INFERLAB_CHECK(cycle.memo != nullptr && feasible.size() == slots.size());
  const PluginSet skipped = pre_score(cycle, pod, cluster, slots);
  const NodeMemo& memo = *cycle.memo;
  out.totals.resize(feasible.size());
  out.row.resize(feasible.size());
  for (std::size_t i = 0; i < feasible.size(); ++i) {
    if (memo.scored[slots[i]] == 0) remember_scores(cycle, skipped, pod, *feasible[i], slots[i]);
    out.totals[i] = memo.final_scores[slots[i]];
  }
  std::size_t column = 0;
  for (const std::size_t index : scorers_) {
    const Plugin& plugin = *plugins_[index].plugin;
    const bool of_cluster = plugin.score_reach() == Reach::kCluster;
    const std::size_t own = of_cluster ? 0 : column++;
    if ((skipped & bit(index)) != 0 || (!of_cluster && plugin.scores_are_final())) continue;
    if (of_cluster) {
      plugin.score_many(cycle.state, pod, slots, out.row);
    } else {
      for (std::size_t i = 0; i < slots.size(); ++i) out.row[i] = memo.scores[slots[i]][own];
    }
    plugin.normalize(cycle.state, slots, out.row);
    const std::int64_t weight = plugins_[index].weight;
    std::int64_t wrong = 0;  // below zero as soon as one score is out of its bounds
    for (std::size_t i = 0; i < slots.size(); ++i) {
      const std::int64_t score = out.row[i];
      wrong |= score | (kMaxNodeScore - score);
      out.totals[i] += score * weight;
    }
    INFERLAB_CHECK(wrong >= 0);
  }
}

void Framework::score(Cycle& cycle, const PodInfo& pod, const ClusterView& cluster,
                      NodeSpan feasible, SlotSpan slots, Scores& out) const {
  INFERLAB_CHECK(cycle.memo != nullptr && feasible.size() == slots.size());
  out.plugins.clear();
  out.totals.assign(feasible.size(), 0);
  out.weighted.resize(scorers_.size());
  const PluginSet skipped = pre_score(cycle, pod, cluster, slots);
  // Rows in the order of scorers_; those that look at one node alone are filled node by node.
  for (std::vector<std::int64_t>& row : out.weighted) row.resize(feasible.size());
  for (std::size_t i = 0; i < feasible.size(); ++i) {
    remember_scores(cycle, skipped, pod, *feasible[i], slots[i]);
    for (std::size_t column = 0; column < node_scorers_.size(); ++column) {
      out.weighted[row_of_node_scorer_[column]][i] = cycle.memo->scores[slots[i]][column];
    }
  }
  std::size_t kept = 0;
  for (std::size_t row = 0; row < scorers_.size(); ++row) {
    const std::size_t index = scorers_[row];
    if ((skipped & bit(index)) != 0) continue;
    const Plugin& plugin = *plugins_[index].plugin;
    std::vector<std::int64_t>& scores = out.weighted[row];
    if (plugin.score_reach() == Reach::kCluster) {
      plugin.score_many(cycle.state, pod, slots, scores);
    }
    plugin.normalize(cycle.state, slots, scores);
    const std::int64_t weight = plugins_[index].weight;
    std::int64_t lowest = 0;
    std::int64_t highest = 0;
    for (std::size_t i = 0; i < scores.size(); ++i) {
      lowest = std::min(lowest, scores[i]);
      highest = std::max(highest, scores[i]);
      scores[i] *= weight;
      out.totals[i] += scores[i];
    }
    INFERLAB_CHECK(lowest >= 0 && highest <= kMaxNodeScore);
    out.plugins.push_back(plugin.name());
    if (kept != row) std::swap(out.weighted[kept], out.weighted[row]);
    ++kept;
  }
}

Status Framework::reserve(const PodInfo& pod, std::string_view node) const {
  for (const Row& row : plugins_) {
    if (!row.runs_at(ExtensionPoint::kReserve)) continue;
    Status status = row.plugin->reserve(pod, node);
    if (!status.ok()) return status;
  }
  return Status::success();
}

void Framework::unreserve(const PodInfo& pod, const ClusterView& cluster,
                          WaitingPods& waiting) const {
  for (auto row = plugins_.rbegin(); row != plugins_.rend(); ++row) {
    if (row->runs_at(ExtensionPoint::kReserve)) row->plugin->unreserve(pod, cluster, waiting);
  }
}

Framework::Permit Framework::permit(const PodInfo& pod, const ClusterView& cluster,
                                    WaitingPods& waiting) const {
  Permit out;
  for (std::size_t i = 0; i < plugins_.size(); ++i) {
    if (!plugins_[i].runs_at(ExtensionPoint::kPermit)) continue;
    const Plugin& plugin = *plugins_[i].plugin;
    Duration timeout{};
    Status status = plugin.permit(pod, cluster, waiting, timeout);
    if (status.ok()) continue;
    if (!status.waits()) return {std::move(status), {}, plugin.name(), bit(i)};
    // Of several that wait the shortest time counts.
    if (out.status.ok() || timeout < out.timeout) {
      out = {std::move(status), timeout, plugin.name(), bit(i)};
    }
  }
  return out;
}

Status Framework::pre_bind(Api& api, const PodInfo& pod, const NodeInfo& node,
                           Duration waited) const {
  for (const Row& row : plugins_) {
    if (!row.runs_at(ExtensionPoint::kPreBind)) continue;
    const Status status = row.plugin->pre_bind(api, pod, node, waited);
    if (status.ok()) continue;
    if (status.waits()) return status;
    return Status::error(
        fmt::format("running PreBind plugin \"{}\": {}", row.plugin->name(), status.message()));
  }
  return Status::success();
}

Status Framework::bind(Api& api, const PodInfo& pod, std::string_view node) const {
  for (const Row& row : plugins_) {
    if (!row.runs_at(ExtensionPoint::kBind)) continue;
    Status status = row.plugin->bind(api, pod, node);
    if (!status.skipped()) return status;
  }
  return Status::error("no plugin binds");
}

}  // namespace inferlab::sim
