// PodTopologySpread: keeps the numbers of like Pods in the topology domains (zones, hosts) within
// maxSkew of each other where a constraint says DoNotSchedule, and prefers emptier domains where
// it says ScheduleAnyway. Pods without constraints get the profile's default ones.
// Source: Kubernetes documentation, "Pod Topology Spread Constraints"; kube-scheduler,
// PodTopologySpread.
#include <algorithm>
#include <array>
#include <cmath>
#include <limits>

#include "sim/scheduler/plugins/node_match.h"
#include "sim/scheduler/plugins/plugins.h"

namespace inferlab::sim {
namespace {

constexpr std::string_view kFilter = "PodTopologySpread";
constexpr std::string_view kScore = "PodTopologySpread/score";
constexpr std::string_view kHostname = "kubernetes.io/hostname";
constexpr const char* kNoMatch = "node(s) didn't match pod topology spread constraints";
constexpr std::int64_t kNoDomain = -1;

// Which nodes take part in the counting for a constraint; by slot, nullptr: all of them.
struct Participants {
  const std::vector<char>* affinity = nullptr;
  const std::vector<char>* taints = nullptr;
  [[nodiscard]] bool all() const { return affinity == nullptr && taints == nullptr; }
  [[nodiscard]] bool has(std::size_t slot) const {
    return (affinity == nullptr || (*affinity)[slot] != 0) &&
           (taints == nullptr || (*taints)[slot] != 0);
  }
};

Participants participants_of(const SpreadConstraint& constraint, const PodInfo& pod,
                             const ClusterView& cluster) {
  Participants out;
  const std::size_t slots = cluster.pods.num_slots();
  if (constraint.honors_affinity && !pod.spec->node_affinity_key.empty()) {
    out.affinity = &cluster.sets.of(
        "affinity" + pod.spec->node_affinity_key, cluster.node_revision, cluster.nodes, slots,
        [&pod](const NodeInfo& node) { return meets_node_affinity(pod, node); });
  }
  if (constraint.honors_taints) {
    out.taints = &cluster.sets.of(
        "taints" + pod.spec->tolerations_key, cluster.node_revision, cluster.nodes, slots,
        [&pod](const NodeInfo& node) { return untolerated_taint(pod, node) == nullptr; });
  }
  return out;
}

const PodIndex::Counts& counts_of(const SpreadConstraint& constraint, const PodInfo& pod,
                                  const ClusterView& cluster) {
  return cluster.pods.counts("living " + constraint.who, [&] {
    PodQuery query;
    query.parts.push_back({{pod.ns}, false, constraint.selector});
    query.living_only = true;
    return query;
  });
}

// One DoNotSchedule constraint in one cycle.
struct Limit {
  const SpreadConstraint* constraint = nullptr;
  std::size_t key_number = 0;
  const PodIndex::Key* key = nullptr;
  std::int64_t self = 0;  // 1: the Pod counts itself
  Participants participants;
  // Pods by topology value: those of the index while they are the same, else `own`, in which
  // kNoDomain stands for a value without participating nodes.
  const std::vector<std::int64_t>* counts = nullptr;
  std::vector<std::int64_t> own;
  std::int64_t lowest = 0;

  [[nodiscard]] bool is_domain(std::size_t value) const {
    return counts == &own ? own[value] != kNoDomain : key->nodes[value] > 0;
  }
  void find_lowest() {
    std::int64_t domains = 0;
    lowest = std::numeric_limits<std::int32_t>::max();
    for (std::size_t value = 0; value < counts->size(); ++value) {
      if (!is_domain(value)) continue;
      ++domains;
      lowest = std::min(lowest, (*counts)[value]);
    }
    if (domains < constraint->min_domains) lowest = 0;
  }
  /// Makes `own` out of the counts of the index.
  void take_over() {
    if (counts == &own) return;
    own = *counts;
    for (std::size_t value = 0; value < own.size(); ++value) {
      if (key->nodes[value] == 0) own[value] = kNoDomain;
    }
    counts = &own;
  }
};

struct Limits final : CycleState::Data {
  std::vector<SpreadConstraint> constraints;  // the default ones; those of the Pod stay there
  std::vector<Limit> limits;
  [[nodiscard]] bool has_all_keys(std::size_t slot) const {
    return std::all_of(limits.begin(), limits.end(),
                       [slot](const Limit& limit) { return limit.key->of(slot) >= 0; });
  }
};

// One ScheduleAnyway constraint in one cycle.
struct Wish {
  std::size_t key_number = 0;
  const PodIndex::Key* key = nullptr;
  bool by_host = false;
  double weight = 0;
  double offset = 0;                                   // maxSkew - 1
  const std::vector<std::int32_t>* by_node = nullptr;  // by slot, for by_host
  const std::vector<std::int64_t>* by_value = nullptr;
  std::vector<std::int64_t> own;
};

struct Wishes final : CycleState::Data {
  std::vector<SpreadConstraint> constraints;
  std::vector<Wish> wishes;
  bool needs_all_keys = false;
  [[nodiscard]] bool leaves_out(std::size_t slot) const {
    return needs_all_keys && std::any_of(wishes.begin(), wishes.end(), [slot](const Wish& wish) {
             return wish.key->of(slot) < 0;
           });
  }
};

class PodTopologySpread final : public Plugin {
 public:
  explicit PodTopologySpread(const SchedulerProfile& profile)
      : system_default_(profile.system_default_spread), default_(profile.default_spread) {
    if (!system_default_) return;
    // Source: Kubernetes documentation, "Internal default constraints".
    for (const auto& [key, skew] : {std::pair<std::string_view, std::int64_t>{kHostname, 3},
                                    {"topology.kubernetes.io/zone", 5}}) {
      SpreadConstraint constraint;
      constraint.topology_key = std::string(key);
      constraint.max_skew = skew;
      constraint.do_not_schedule = false;
      default_.push_back(std::move(constraint));
    }
  }

  std::string_view name() const override { return kFilter; }
  bool reads_notes() const override { return true; }
  Reach filter_reach() const override { return Reach::kCluster; }
  Reach score_reach() const override { return Reach::kCluster; }
  ClusterEvents wakes_on() const override {
    return ClusterEvent::kNodeAdd | ClusterEvent::kNodeLabel | ClusterEvent::kNodeTaint |
           ClusterEvent::kPodDelete | ClusterEvent::kPodAdd | ClusterEvent::kPodLabel |
           ClusterEvent::kPodUpdate;
  }
  bool may_help(const PodInfo& pod, const ClusterChange& change) const override {
    if (change.object->key.resource != "pods") return true;
    // A Pod that comes to a node raises the lowest count, one that goes lowers its own.
    const PodView& other = change.object->view<PodView>();
    return other.meta.ns == pod.ns &&
           std::any_of(pod.spec->spread.begin(), pod.spec->spread.end(),
                       [&other](const SpreadConstraint& constraint) {
                         return constraint.selector.matches(other.meta.labels);
                       });
  }

  Status pre_filter(CycleState& state, const PodInfo& pod, const ClusterView& cluster,
                    std::optional<std::set<std::string>>& /*only*/) const override {
    auto notes = std::make_unique<Limits>();
    const auto constraints =
        constraints_of(pod, cluster, /*do_not_schedule=*/true, notes->constraints);
    if (constraints.empty()) return Status::skip();
    for (const SpreadConstraint* constraint : constraints) {
      Limit limit;
      limit.constraint = constraint;
      limit.key_number = cluster.pods.key(constraint->topology_key);
      limit.key = &cluster.pods.key_at(limit.key_number);
      limit.self = constraint->selector.matches(pod.labels()) ? 1 : 0;
      limit.participants = participants_of(*constraint, pod, cluster);
      notes->limits.push_back(std::move(limit));
    }
    // Every node takes part, as a rule: then the counts of the index are the answer.
    const bool keys_everywhere =
        std::all_of(notes->limits.begin(), notes->limits.end(),
                    [](const Limit& limit) { return limit.key->nodes_without == 0; });
    for (Limit& limit : notes->limits) {
      const bool counts_nothing = limit.constraint->selects_everything;
      if (keys_everywhere && limit.participants.all() && !counts_nothing) {
        limit.counts =
            &cluster.pods.by_value(counts_of(*limit.constraint, pod, cluster), limit.key_number)
                 .counts;
      } else {
        count_nodes(*notes, limit, cluster,
                    counts_nothing ? nullptr : &counts_of(*limit.constraint, pod, cluster).by_node);
      }
      limit.find_lowest();
    }
    state.put(kFilter, std::move(notes));
    return Status::success();
  }

  void pod_added(CycleState& state, const PodInfo& pod, const PodInfo& other,
                 const NodeInfo& node) const override {
    change(state, pod, other, node, 1);
  }
  void pod_removed(CycleState& state, const PodInfo& pod, const PodInfo& other,
                   const NodeInfo& node) const override {
    change(state, pod, other, node, -1);
  }

  Status filter_at(const CycleState& state, const PodInfo& /*pod*/,
                   std::size_t slot) const override {
    for (const Limit& limit : state.get<Limits>(kFilter)->limits) {
      const int value = limit.key->of(slot);
      if (value < 0) {
        static const Status kNoLabel =
            Status::unresolvable(std::string(kNoMatch) + " (missing required label)");
        return kNoLabel;
      }
      const auto at = static_cast<std::size_t>(value);
      const std::int64_t present = std::max<std::int64_t>(0, (*limit.counts)[at]);
      if (present + limit.self - limit.lowest > limit.constraint->max_skew) {
        static const Status kSkewed = Status::unschedulable(std::string(kNoMatch));
        return kSkewed;
      }
    }
    return Status::success();
  }

  void filter_many(const CycleState& state, const PodInfo& /*pod*/, SlotSpan slots,
                   std::span<char> fits) const override {
    for (const Limit& limit : state.get<Limits>(kFilter)->limits) {
      const std::int64_t most = limit.constraint->max_skew + limit.lowest - limit.self;
      const int* values = limit.key->value_by_slot.data();
      const std::int64_t* counts = limit.counts->data();
      if (limit.key->nodes_without == 0 && most >= 0) {
        for (std::size_t i = 0; i < slots.size(); ++i) {
          fits[i] = static_cast<char>(fits[i] & (counts[values[slots[i]]] <= most ? 1 : 0));
        }
        continue;
      }
      for (std::size_t i = 0; i < slots.size(); ++i) {
        const int value = values[slots[i]];
        // kNoDomain is below zero, and no count at all.
        const bool fit = value >= 0 && std::max<std::int64_t>(0, counts[value]) <= most;
        fits[i] = static_cast<char>(fits[i] & (fit ? 1 : 0));
      }
    }
  }

  Status pre_score(CycleState& state, const PodInfo& pod, const ClusterView& cluster,
                   SlotSpan feasible) const override {
    auto notes = std::make_unique<Wishes>();
    const auto constraints =
        constraints_of(pod, cluster, /*do_not_schedule=*/false, notes->constraints);
    if (constraints.empty()) return Status::skip();
    notes->needs_all_keys = !pod.spec->spread.empty() || !system_default_;
    for (const SpreadConstraint* constraint : constraints) {
      Wish wish;
      wish.key_number = cluster.pods.key(constraint->topology_key);
      wish.key = &cluster.pods.key_at(wish.key_number);
      wish.by_host = constraint->topology_key == kHostname;
      wish.offset = static_cast<double>(constraint->max_skew - 1);
      notes->wishes.push_back(std::move(wish));
    }
    // Where every node has all labels nobody is left out, and nobody need be asked.
    notes->needs_all_keys =
        notes->needs_all_keys &&
        std::any_of(notes->wishes.begin(), notes->wishes.end(),
                    [](const Wish& wish) { return wish.key->nodes_without > 0; });
    std::int64_t considered = 0;
    for (const std::uint32_t slot : feasible) considered += notes->leaves_out(slot) ? 0 : 1;
    for (std::size_t i = 0; i < constraints.size(); ++i) {
      Wish& wish = notes->wishes[i];
      const std::int64_t size = wish.by_host ? considered : num_values(*notes, *wish.key, feasible);
      wish.weight = std::log(static_cast<double>(size + 2));
      count_wish(*notes, wish, *constraints[i], pod, cluster);
    }
    state.put(kScore, std::move(notes));
    return Status::success();
  }

  void score_many(const CycleState& state, const PodInfo& /*pod*/, SlotSpan slots,
                  std::span<std::int64_t> scores) const override {
    const Wishes& notes = *state.get<Wishes>(kScore);
    if (!notes.needs_all_keys && notes.wishes.size() == 1) {
      score_one(notes.wishes.front(), slots, scores);
      return;
    }
    for (std::size_t i = 0; i < slots.size(); ++i) {
      const std::size_t slot = slots[i];
      double sum = 0;
      for (const Wish& wish : notes.wishes) {
        const int value = wish.key->of(slot);
        if (value < 0) continue;
        const std::int64_t present = wish.by_host
                                         ? (*wish.by_node)[slot]
                                         : (*wish.by_value)[static_cast<std::size_t>(value)];
        sum += static_cast<double>(present) * wish.weight + wish.offset;
      }
      scores[i] = notes.leaves_out(slot) ? 0 : std::llround(sum);
    }
  }

  // Nodes by the thousand share a few numbers of Pods: each number is worked out once.
  static void score_one(const Wish& wish, SlotSpan slots, std::span<std::int64_t> scores) {
    constexpr std::size_t kNumbers = 256;
    std::array<std::int64_t, kNumbers> known;
    known.fill(-1);
    const auto score_of = [&wish](std::int64_t present) {
      return std::llround(static_cast<double>(present) * wish.weight + wish.offset);
    };
    for (std::size_t i = 0; i < slots.size(); ++i) {
      const int value = wish.key->of(slots[i]);
      if (value < 0) {
        scores[i] = 0;
        continue;
      }
      const std::int64_t present = wish.by_host ? (*wish.by_node)[slots[i]]
                                                : (*wish.by_value)[static_cast<std::size_t>(value)];
      if (present < 0 || present >= static_cast<std::int64_t>(kNumbers)) {
        scores[i] = score_of(present);
        continue;
      }
      std::int64_t& score = known[static_cast<std::size_t>(present)];
      if (score < 0) score = score_of(present);
      scores[i] = score;
    }
  }

  void normalize(const CycleState& state, SlotSpan feasible,
                 std::span<std::int64_t> scores) const override {
    const Wishes& notes = *state.get<Wishes>(kScore);
    if (!notes.needs_all_keys) {
      normalize_all(scores);
      return;
    }
    std::int64_t lowest = std::numeric_limits<std::int64_t>::max();
    std::int64_t highest = 0;
    for (std::size_t i = 0; i < scores.size(); ++i) {
      if (notes.leaves_out(feasible[i])) continue;
      lowest = std::min(lowest, scores[i]);
      highest = std::max(highest, scores[i]);
    }
    for (std::size_t i = 0; i < scores.size(); ++i) {
      if (notes.leaves_out(feasible[i])) {
        scores[i] = 0;
      } else if (highest == 0) {
        scores[i] = kMaxNodeScore;
      } else {
        scores[i] = kMaxNodeScore * (highest + lowest - scores[i]) / highest;
      }
    }
  }

 private:
  // The constraints of one kind, the Pod's own or, when it has none of any kind, the default ones;
  // `made` keeps those.
  std::vector<const SpreadConstraint*> constraints_of(const PodInfo& pod,
                                                      const ClusterView& cluster,
                                                      bool do_not_schedule,
                                                      std::vector<SpreadConstraint>& made) const {
    std::vector<const SpreadConstraint*> out;
    if (!pod.spec->spread.empty()) {
      for (const SpreadConstraint& constraint : pod.spec->spread) {
        if (constraint.do_not_schedule == do_not_schedule) out.push_back(&constraint);
      }
      return out;
    }
    const bool any = std::any_of(default_.begin(), default_.end(), [&](const SpreadConstraint& c) {
      return c.do_not_schedule == do_not_schedule;
    });
    if (!any) return out;
    const std::optional<LabelSelector> selector = cluster.default_selector(pod);
    if (!selector) return out;
    for (const SpreadConstraint& constraint : default_) {
      if (constraint.do_not_schedule != do_not_schedule) continue;
      made.push_back(constraint);
      made.back().selector = *selector;
      made.back().who = text_of(*selector) + "|" + pod.ns;
    }
    for (const SpreadConstraint& constraint : made) out.push_back(&constraint);
    return out;
  }

  // Counts the nodes that take part, one by one.
  static void count_nodes(const Limits& notes, Limit& limit, const ClusterView& cluster,
                          const std::vector<std::int32_t>* by_node) {
    limit.own.assign(limit.key->nodes.size(), kNoDomain);
    limit.counts = &limit.own;
    for (const std::uint32_t slot : cluster.slots) {
      if (!notes.has_all_keys(slot) || !limit.participants.has(slot)) continue;
      std::int64_t& count = limit.own[static_cast<std::size_t>(limit.key->of(slot))];
      count = std::max<std::int64_t>(0, count);
      if (by_node != nullptr) count += (*by_node)[slot];
    }
  }

  static void change(CycleState& state, const PodInfo& pod, const PodInfo& other,
                     const NodeInfo& node, std::int64_t by) {
    auto* notes = state.change<Limits>(kFilter);
    if (notes == nullptr || other.ns != pod.ns || !notes->has_all_keys(node.slot)) return;
    for (Limit& limit : notes->limits) {
      if (!limit.constraint->selector.matches(other.labels())) continue;
      if (!limit.participants.has(node.slot)) continue;
      limit.take_over();
      std::int64_t& count = limit.own[static_cast<std::size_t>(limit.key->of(node.slot))];
      count = std::max<std::int64_t>(0, count) + by;
      limit.find_lowest();
    }
  }

  // Nobody is left out.
  static void normalize_all(std::span<std::int64_t> scores) {
    std::int64_t lowest = std::numeric_limits<std::int64_t>::max();
    std::int64_t highest = 0;
    for (const std::int64_t score : scores) {
      lowest = std::min(lowest, score);
      highest = std::max(highest, score);
    }
    // Neighbours in the list are often alike.
    std::int64_t latest = -1;
    std::int64_t scaled = 0;
    for (std::int64_t& score : scores) {
      if (score != latest) {
        latest = score;
        scaled =
            highest == 0 ? kMaxNodeScore : kMaxNodeScore * (highest + lowest - score) / highest;
      }
      score = scaled;
    }
  }

  static std::int64_t num_values(const Wishes& notes, const PodIndex::Key& key, SlotSpan feasible) {
    // One more for nodes without the label, which are alike.
    std::vector<char> seen(key.nodes.size() + 1, 0);
    std::int64_t out = 0;
    for (const std::uint32_t slot : feasible) {
      if (notes.leaves_out(slot)) continue;
      char& mark = seen[static_cast<std::size_t>(key.of(slot) + 1)];
      out += mark == 0 ? 1 : 0;
      mark = 1;
    }
    return out;
  }

  static void count_wish(const Wishes& notes, Wish& wish, const SpreadConstraint& constraint,
                         const PodInfo& pod, const ClusterView& cluster) {
    static const std::vector<std::int32_t> kNone;
    if (constraint.selects_everything) {
      // As kube-scheduler does: an empty selector counts no Pod here.
      wish.own.assign(wish.key->nodes.size(), 0);
      wish.by_value = &wish.own;
      wish.by_host = false;
      return;
    }
    if (wish.by_host) {
      wish.by_node = &counts_of(constraint, pod, cluster).by_node;
      return;
    }
    const Participants participants = participants_of(constraint, pod, cluster);
    if (participants.all() && !notes.needs_all_keys) {
      wish.by_value =
          &cluster.pods.by_value(counts_of(constraint, pod, cluster), wish.key_number).counts;
      return;
    }
    const std::vector<std::int32_t>& by_node = counts_of(constraint, pod, cluster).by_node;
    wish.own.assign(wish.key->nodes.size(), 0);
    wish.by_value = &wish.own;
    for (const std::uint32_t slot : cluster.slots) {
      const int value = wish.key->of(slot);
      if (value < 0 || notes.leaves_out(slot) || !participants.has(slot)) continue;
      wish.own[static_cast<std::size_t>(value)] += by_node[slot];
    }
  }

  const bool system_default_;
  std::vector<SpreadConstraint> default_;
};

}  // namespace

std::unique_ptr<Plugin> make_pod_topology_spread(const SchedulerProfile& profile) {
  return std::make_unique<PodTopologySpread>(profile);
}

}  // namespace inferlab::sim
