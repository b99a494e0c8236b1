#include "sim/controllers/pod_ranking.h"

#include <algorithm>
#include <bit>
#include <charconv>
#include <optional>
#include <string_view>
#include <tuple>

#include "sim/api/views.h"
#include "sim/controllers/pod_state.h"

namespace inferlab::sim {
namespace {

// What a Pod is sorted by; smaller goes first.
struct Rank {
  bool has_node = false;
  int phase = 0;
  bool ready = false;
  std::int64_t deletion_cost = 0;
  std::int64_t same_node = 0;             // negated
  std::optional<std::int64_t> ready_for;  // power of two of nanoseconds; only of Ready Pods
  std::int64_t restarts = 0;              // negated
  std::int64_t created = 0;               // power of two of the age in nanoseconds
  std::string uid;

  friend bool operator<(const Rank& a, const Rank& b) {
    const auto key = [](const Rank& rank) {
      return std::tie(rank.has_node, rank.phase, rank.ready, rank.deletion_cost, rank.same_node,
                      rank.ready_for, rank.restarts, rank.created, rank.uid);
    };
    return key(a) < key(b);
  }
};

// Ages of the same order of magnitude count as equal, so that it is not always the newest zone,
// node or batch that loses its Pods (LogarithmicScaleDown).
std::int64_t magnitude(Duration age) {
  const std::int64_t count = age.count();
  return count <= 0 ? 0
                    : static_cast<std::int64_t>(std::bit_width(static_cast<std::uint64_t>(count)));
}

std::int64_t deletion_cost(const PodView& pod) {
  const auto found = pod.meta.annotations.find("controller.kubernetes.io/pod-deletion-cost");
  if (found == pod.meta.annotations.end()) return 0;
  const std::string& text = found->second;
  std::int64_t cost = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), cost);
  return error == std::errc() && end == text.data() + text.size() ? cost : 0;
}

Rank rank_of(const StoredObject& pod, const std::map<std::string, std::int64_t>& pods_by_node,
             Time now) {
  const PodView& view = pod.view<PodView>();
  Rank rank;
  rank.has_node = !view.node_name.empty();
  rank.phase = view.phase == "Pending" ? 0 : view.phase == "Running" ? 2 : 1;
  rank.ready = view.ready;
  rank.deletion_cost = deletion_cost(view);
  const auto count = pods_by_node.find(view.node_name);
  rank.same_node = count == pods_by_node.end() ? 0 : -count->second;
  if (view.ready) rank.ready_for = magnitude(now - ready_since(pod).value_or(now));
  for (const Value& status : pod.document["status"]["containerStatuses"].items()) {
    rank.restarts = std::min(rank.restarts, -status["restartCount"].as_int());
  }
  rank.created = magnitude(now - view.meta.created);
  rank.uid = view.meta.uid;
  return rank;
}

}  // namespace

void rank_for_deletion(std::vector<ObjectPtr>& pods,
                       const std::map<std::string, std::int64_t>& pods_by_node, Time now) {
  std::vector<std::pair<Rank, ObjectPtr>> ranked;
  ranked.reserve(pods.size());
  for (ObjectPtr& pod : pods) ranked.emplace_back(rank_of(*pod, pods_by_node, now), std::move(pod));
  std::sort(ranked.begin(), ranked.end(),
            [](const auto& a, const auto& b) { return a.first < b.first; });
  for (std::size_t i = 0; i < ranked.size(); ++i) pods[i] = std::move(ranked[i].second);
}

}  // namespace inferlab::sim
