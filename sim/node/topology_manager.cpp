#include "sim/node/topology_manager.h"

#include <algorithm>
#include <bit>
#include <set>
#include <utility>

#include "engine/base/check.h"

namespace inferlab::sim {
namespace {

using Policy = KubeletSpec::TopologyPolicy;
using HintLists = std::vector<std::vector<TopologyHint>>;

NumaMask all_nodes(int num_nodes) {
  return (NumaMask{1} << num_nodes) - 1;
}

/// Of equally many nodes the lower ones are the narrower mask.
bool is_narrower(NumaMask a, NumaMask b) {
  const int size_a = std::popcount(a);
  const int size_b = std::popcount(b);
  return size_a == size_b ? a < b : size_a < size_b;
}

/// What hints of some resources, one of each, come to.
struct Merged {
  NumaMask nodes = 0;
  bool preferred = false;  // all hints are, and all that name nodes name the same
  /// The nodes that they name, as long as it is preferred; nullopt: none names any.
  std::optional<NumaMask> named = {};
  auto operator<=>(const Merged&) const = default;
};

Merged merge(Merged merged, const TopologyHint& hint) {
  const bool agrees = !hint.nodes || !merged.named || *hint.nodes == *merged.named;
  merged.preferred = merged.preferred && hint.preferred && agrees;
  if (hint.nodes) {
    merged.nodes &= *hint.nodes;
    merged.named = hint.nodes;
  }
  if (!merged.preferred) merged.named.reset();
  return merged;
}

/// How many nodes the resource that needs most of them needs: of hints that are not preferred, the
/// best is as wide as that.
int widest_need(const HintLists& lists) {
  int widest = 0;
  for (const auto& hints : lists) {
    std::optional<NumaMask> narrowest;
    for (const TopologyHint& hint : hints) {
      if (!hint.nodes) continue;
      if (!narrowest || is_narrower(*hint.nodes, *narrowest)) narrowest = hint.nodes;
    }
    if (narrowest) widest = std::max(widest, std::popcount(*narrowest));
  }
  return widest;
}

bool is_better(const Merged& candidate, const Merged& current, int need) {
  if (candidate.preferred != current.preferred) return candidate.preferred;
  if (candidate.preferred) return is_narrower(candidate.nodes, current.nodes);
  const int now = std::popcount(current.nodes);
  const int then = std::popcount(candidate.nodes);
  if (then == now) return is_narrower(candidate.nodes, current.nodes);
  if (now > need) return then < now;
  if (now == need) return false;
  return then > now && then <= need;
}

/// The kubelet walks all permutations of hints, which grow with every resource. What they come to
/// are few: one resource after the other is merged into the set of those. Which of them is best
/// does not depend on their order.
Merged best_of(NumaMask all, const HintLists& lists) {
  std::set<Merged> reached{{.nodes = all, .preferred = true}};
  for (const auto& hints : lists) {
    std::set<Merged> next;
    for (const Merged& before : reached) {
      for (const TopologyHint& hint : hints) {
        const Merged merged = merge(before, hint);
        if (merged.nodes != 0) next.insert(merged);
      }
    }
    reached = std::move(next);
  }
  const int need = widest_need(lists);
  std::optional<Merged> best;
  for (const Merged& merged : reached) {
    if (!best || is_better(merged, *best, need)) best = merged;
  }
  return best.value_or(Merged{.nodes = all});
}

/// Of the single-numa-node policy: what is on one node, or does not care.
void keep_single(HintLists& lists) {
  for (auto& hints : lists) {
    std::erase_if(hints, [](const TopologyHint& hint) {
      return !hint.preferred || (hint.nodes && std::popcount(*hint.nodes) != 1);
    });
  }
}

}  // namespace

std::vector<TopologyHint> hints_of(std::int64_t wanted, const std::vector<std::int64_t>& all,
                                   const std::vector<std::int64_t>& free) {
  const auto within = [](const std::vector<std::int64_t>& amounts, NumaMask mask) {
    std::int64_t sum = 0;
    for (std::size_t i = 0; i < amounts.size(); ++i) sum += (mask >> i & 1) != 0 ? amounts[i] : 0;
    return sum;
  };
  const NumaMask every = all_nodes(static_cast<int>(all.size()));
  std::vector<TopologyHint> out;
  int least = static_cast<int>(all.size());
  for (NumaMask mask = 1; mask <= every; ++mask) {
    if (within(all, mask) >= wanted) least = std::min(least, std::popcount(mask));
    if (within(free, mask) >= wanted) out.push_back({.nodes = mask});
  }
  for (TopologyHint& hint : out) hint.preferred = std::popcount(*hint.nodes) == least;
  return out;
}

TopologyDecision decide_topology(Policy policy, int num_nodes,
                                 const std::vector<ResourceHints>& resources) {
  INFERLAB_CHECK(num_nodes >= 1 && num_nodes <= kMaxNumaNodes);
  if (policy == Policy::kNone) return {};
  const NumaMask all = all_nodes(num_nodes);
  HintLists lists;
  for (const ResourceHints& hints : resources) {
    if (!hints) {
      lists.push_back({{.preferred = true}});
    } else if (hints->empty()) {
      lists.push_back({{.preferred = false}});
    } else {
      lists.push_back(*hints);
    }
  }
  if (policy == Policy::kSingleNumaNode) keep_single(lists);
  const Merged best = best_of(all, lists);
  TopologyDecision out{.admit = policy == Policy::kBestEffort || best.preferred,
                       .nodes = best.nodes};
  if (policy == Policy::kSingleNumaNode && best.nodes == all) out.nodes.reset();
  return out;
}

}  // namespace inferlab::sim
