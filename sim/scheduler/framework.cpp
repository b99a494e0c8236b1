#include "sim/scheduler/framework.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include "engine/base/check.h"

namespace inferlab::sim {
namespace {

class ProfileFilters final : public Plugin::FilterRunner {
 public:
  ProfileFilters(const Framework& framework, const Framework::Cycle& cycle, const PodInfo& pod)
      : framework_(framework), cycle_(cycle), pod_(pod) {}
  Status filter(const NodeInfo& node) const override {
    return framework_.filter(cycle_, pod_, node);
  }

 private:
  const Framework& framework_;
  const Framework::Cycle& cycle_;
  const PodInfo& pod_;
};

}  // namespace

Framework::Framework() {
  for (const PluginRow& row : plugin_registry()) {
    plugins_.push_back({row.make(), row.weight});
    INFERLAB_CHECK(plugins_.back().plugin->name() == row.name);
  }
}

Status Framework::pre_enqueue(const PodInfo& pod, ClusterEvents& wakes_on) const {
  for (const Row& row : plugins_) {
    Status status = row.plugin->pre_enqueue(pod);
    if (status.ok()) continue;
    wakes_on = row.plugin->wakes_on();
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

Status Framework::pre_filter(Cycle& cycle, const PodInfo& pod, NodeSpan nodes) const {
  cycle.skips_filter.assign(plugins_.size(), false);
  std::vector<std::string_view> narrowing;
  for (std::size_t i = 0; i < plugins_.size(); ++i) {
    const Plugin& plugin = *plugins_[i].plugin;
    std::optional<std::set<std::string>> only;
    Status status = plugin.pre_filter(cycle.state, pod, nodes, only);
    if (status.skipped()) {
      cycle.skips_filter[i] = true;
      continue;
    }
    if (!status.ok()) {
      cycle.wakes_on |= plugin.wakes_on();
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
    cycle.wakes_on |= plugin.wakes_on();
  }
  cycle.narrowed_by = fmt::format("[{}]", fmt::join(narrowing, " "));
  return Status::success();
}

Status Framework::filter(const Cycle& cycle, const PodInfo& pod, const NodeInfo& node,
                         std::size_t* refused_by) const {
  for (std::size_t i = 0; i < plugins_.size(); ++i) {
    if (cycle.skips_filter[i]) continue;
    Status status = plugins_[i].plugin->filter(cycle.state, pod, node);
    if (status.ok()) continue;
    if (refused_by != nullptr) *refused_by = i;
    return status;
  }
  return Status::success();
}

std::vector<std::pair<std::string_view, Status>> Framework::filter_all(const Cycle& cycle,
                                                                       const PodInfo& pod,
                                                                       const NodeInfo& node) const {
  std::vector<std::pair<std::string_view, Status>> out;
  for (std::size_t i = 0; i < plugins_.size(); ++i) {
    if (cycle.skips_filter[i]) continue;
    Status status = plugins_[i].plugin->filter(cycle.state, pod, node);
    if (!status.ok()) out.emplace_back(plugins_[i].plugin->name(), std::move(status));
  }
  return out;
}

std::string Framework::post_filter(const Cycle& cycle, const PodInfo& pod,
                                   const Plugin::Refusals& refusals) const {
  const ProfileFilters filters(*this, cycle, pod);
  for (const Row& row : plugins_) {
    std::string text = row.plugin->post_filter(pod, refusals, filters);
    if (!text.empty()) return text;
  }
  return {};
}

Framework::Scores Framework::score(Cycle& cycle, const PodInfo& pod, NodeSpan feasible) const {
  Scores out;
  out.totals.assign(feasible.size(), 0);
  for (const Row& row : plugins_) {
    if (row.weight == 0) continue;
    if (row.plugin->pre_score(cycle.state, pod, feasible).skipped()) continue;
    std::vector<std::int64_t> scores(feasible.size());
    for (std::size_t i = 0; i < feasible.size(); ++i) {
      scores[i] = row.plugin->score(cycle.state, pod, *feasible[i]);
    }
    row.plugin->normalize(scores);
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
