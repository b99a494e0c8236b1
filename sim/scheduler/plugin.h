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

#include "sim/api/api.h"
#include "sim/scheduler/node_info.h"
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
};
using ClusterEvents = std::uint32_t;
constexpr ClusterEvents operator|(ClusterEvent a, ClusterEvent b) {
  return static_cast<ClusterEvents>(a) | static_cast<ClusterEvents>(b);
}
constexpr ClusterEvents operator|(ClusterEvents a, ClusterEvent b) {
  return a | static_cast<ClusterEvents>(b);
}
inline constexpr ClusterEvents kAllClusterEvents = 0x3fU;

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
    for (auto it = notes_.rbegin(); it != notes_.rend(); ++it) {
      if (it->first == plugin) return static_cast<const T*>(it->second.get());
    }
    return nullptr;
  }

 private:
  std::vector<std::pair<std::string_view, std::unique_ptr<Data>>> notes_;
};

/// A Pod in the scheduling queue, as queueSort sees it.
struct QueuedPod {
  std::int64_t priority = 0;
  Time queued{};  // when it last entered the active queue or the pool of unschedulable Pods
  std::uint64_t seat = 0;  // order of arrival, for Pods queued at one moment
};

using NodeSpan = std::span<const NodeInfo* const>;
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
  /// Which changes may turn this plugin's refusal into a yes.
  [[nodiscard]] virtual ClusterEvents wakes_on() const { return kAllClusterEvents; }

  /// preEnqueue: may the Pod enter the active queue?
  [[nodiscard]] virtual Status pre_enqueue(const PodInfo& /*pod*/) const {
    return Status::success();
  }
  /// queueSort: is `a` to be scheduled before `b`? nullopt: this plugin does not sort.
  [[nodiscard]] virtual std::optional<bool> sorts_before(const QueuedPod& /*a*/,
                                                         const QueuedPod& /*b*/) const {
    return std::nullopt;
  }
  /// preFilter, once per cycle. Skip: this plugin's filter is left out. `only`, when set, names the
  /// nodes that can do at all.
  virtual Status pre_filter(CycleState& /*state*/, const PodInfo& /*pod*/, NodeSpan /*nodes*/,
                            std::optional<std::set<std::string>>& /*only*/) const {
    return Status::success();
  }
  [[nodiscard]] virtual Status filter(const CycleState& /*state*/, const PodInfo& /*pod*/,
                                      const NodeInfo& /*node*/) const {
    return Status::success();
  }
  /// preScore, once per cycle with two or more feasible nodes. Skip: the plugin gives no scores.
  virtual Status pre_score(CycleState& /*state*/, const PodInfo& /*pod*/,
                           NodeSpan /*feasible*/) const {
    return Status::skip();
  }
  [[nodiscard]] virtual std::int64_t score(const CycleState& /*state*/, const PodInfo& /*pod*/,
                                           const NodeInfo& /*node*/) const {
    return 0;
  }
  /// normalizeScore: brings this plugin's scores of all feasible nodes to 0 … kMaxNodeScore.
  virtual void normalize(std::span<std::int64_t> /*scores*/) const {}

  virtual Status reserve(const PodInfo& /*pod*/, std::string_view /*node*/) const {
    return Status::success();
  }
  virtual void unreserve(const PodInfo& /*pod*/, std::string_view /*node*/) const {}
  /// permit: yes or no. (Waiting for other Pods, as gang scheduling does, is not offered yet.)
  [[nodiscard]] virtual Status permit(const PodInfo& /*pod*/, std::string_view /*node*/) const {
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
  /// Runs filter of all plugins of the profile on a changed node.
  class FilterRunner {
   public:
    virtual ~FilterRunner() = default;
    [[nodiscard]] virtual Status filter(const NodeInfo& node) const = 0;
  };
  /// postFilter, when no node is feasible: a text for the Pod's message, empty for none.
  [[nodiscard]] virtual std::string post_filter(const PodInfo& /*pod*/,
                                                const Refusals& /*refusals*/,
                                                const FilterRunner& /*filters*/) const {
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
  std::unique_ptr<Plugin> (*make)();
};

/// All plugins of the default profile, in the order in which they run.
std::span<const PluginRow> plugin_registry();

}  // namespace inferlab::sim
