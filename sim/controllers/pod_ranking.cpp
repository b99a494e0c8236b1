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
  std::int64_t same_node = 0;       // negated
  std::optional<Time> ready_since;  // only of Ready Pods
  std::int64_t restarts = 0;        // negated
  std::int64_t sidecar_restarts = 0;
  Time created{};
  std::string uid;
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

Rank rank_of(const StoredObject& pod, const std::map<std::string, std::int64_t>& pods_by_node) {
  const PodView& view = pod.view<PodView>();
  Rank rank;
  rank.has_node = !view.node_name.empty();
  rank.phase = view.phase == "Pending" ? 0 : view.phase == "Running" ? 2 : 1;
  rank.ready = view.ready;
  rank.deletion_cost = deletion_cost(view);
  const auto count = pods_by_node.find(view.node_name);
  rank.same_node = count == pods_by_node.end() ? 0 : -count->second;
  if (view.ready) rank.ready_since = ready_since(pod);
  for (const Value& status : pod.document["status"]["containerStatuses"].items()) {
    rank.restarts = std::min(rank.restarts, -status["restartCount"].as_int());
  }
  const Value& inits = pod.document["spec"]["initContainers"];
  for (const Value& status : pod.document["status"]["initContainerStatuses"].items()) {
    const bool is_sidecar =
        std::any_of(inits.items().begin(), inits.items().end(), [&](const Value& init) {
          return init["name"] == status["name"] && init["restartPolicy"].as_string() == "Always";
        });
    if (!is_sidecar) continue;
    rank.sidecar_restarts = std::min(rank.sidecar_restarts, -status["restartCount"].as_int());
  }
  rank.created = view.meta.created;
  rank.uid = view.meta.uid;
  return rank;
}

// Whether `a` goes before `b`. Where times differ but are of one order of magnitude, the uid
// decides at once, and what follows is not looked at.
bool goes_before(const Rank& a, const Rank& b, Time now) {
  const auto state = [](const Rank& rank) {
    return std::tie(rank.has_node, rank.phase, rank.ready, rank.deletion_cost, rank.same_node);
  };
  if (state(a) != state(b)) return state(a) < state(b);
  const auto younger = [&](Time x, Time y) {
    const std::int64_t difference = magnitude(now - x) - magnitude(now - y);
    return difference == 0 ? a.uid < b.uid : difference < 0;
  };
  if (a.ready_since && b.ready_since && *a.ready_since != *b.ready_since) {
    return younger(*a.ready_since, *b.ready_since);
  }
  if (a.restarts != b.restarts) return a.restarts < b.restarts;
  if (a.sidecar_restarts != b.sidecar_restarts) return a.sidecar_restarts < b.sidecar_restarts;
  return a.created != b.created && younger(a.created, b.created);
}

// The same by plain times.
bool goes_plainly_before(const Rank& a, const Rank& b) {
  const auto state = [](const Rank& rank) {
    return std::tie(rank.has_node, rank.phase, rank.ready);
  };
  if (state(a) != state(b)) return state(a) < state(b);
  if (a.ready_since != b.ready_since) {
    return !a.ready_since || (b.ready_since && *a.ready_since > *b.ready_since);
  }
  const auto restarts = [](const Rank& rank) {
    return std::tie(rank.restarts, rank.sidecar_restarts);
  };
  if (restarts(a) != restarts(b)) return restarts(a) < restarts(b);
  return a.created > b.created;
}

// Upstream's rules may go round in a circle (uid, restarts, uid); a merge takes no harm from that.
template <typename Before>
void sort_by_rank(std::vector<ObjectPtr>& pods,
                  const std::map<std::string, std::int64_t>& pods_by_node, const Before& before) {
  std::vector<std::pair<Rank, ObjectPtr>> ranked;
  ranked.reserve(pods.size());
  for (ObjectPtr& pod : pods) ranked.emplace_back(rank_of(*pod, pods_by_node), std::move(pod));
  std::stable_sort(ranked.begin(), ranked.end(),
                   [&before](const auto& a, const auto& b) { return before(a.first, b.first); });
  for (std::size_t i = 0; i < ranked.size(); ++i) pods[i] = std::move(ranked[i].second);
}

}  // namespace

void rank_plainly_for_deletion(std::vector<ObjectPtr>& pods) {
  sort_by_rank(pods, {}, goes_plainly_before);
}

void rank_for_deletion(std::vector<ObjectPtr>& pods,
                       const std::map<std::string, std::int64_t>& pods_by_node, Time now) {
  sort_by_rank(pods, pods_by_node,
               [now](const Rank& a, const Rank& b) { return goes_before(a, b, now); });
}

}  // namespace inferlab::sim
