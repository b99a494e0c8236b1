// InterPodAffinity: Pods that must, or would rather, be near others or away from them; what Pods
// that run already ask of newcomers counts too.
// Source: Kubernetes documentation, "Inter-pod affinity and anti-affinity"; kube-scheduler,
// InterPodAffinity.
#include <algorithm>
#include <map>

#include "sim/scheduler/plugins/plugins.h"

namespace inferlab::sim {
namespace {

constexpr std::string_view kFilter = "InterPodAffinity";
constexpr std::string_view kScore = "InterPodAffinity/score";

// Pods by topology value: those of the index until something is tried.
struct Near {
  std::size_t key = 0;
  PodQuery query;    // of a term of the incoming Pod
  std::string term;  // PodAffinityTerm::text, of a term of existing Pods
  const PodIndex::ByValue* of_index = nullptr;
  PodIndex::ByValue own;  // instead, once `tried`
  bool tried = false;

  [[nodiscard]] const PodIndex::ByValue& current() const { return tried ? own : *of_index; }
  [[nodiscard]] std::int64_t at(int value) const {
    const std::vector<std::int64_t>& counts = current().counts;
    const auto index = static_cast<std::size_t>(value);
    return index < counts.size() ? counts[index] : 0;
  }
  void change(int value, std::int64_t by) {
    if (value < 0) return;
    if (!tried && of_index != nullptr) own = *of_index;
    tried = true;
    const auto index = static_cast<std::size_t>(value);
    if (own.counts.size() <= index) own.counts.resize(index + 1, 0);
    own.counts[index] += by;
    own.total += by;
  }
};

struct Rules final : CycleState::Data {
  Labels namespace_labels;      // of the Pod's namespace
  PodQuery wanted;              // Pods that meet all required affinity terms at once
  bool wants_itself = false;    // the Pod would meet them
  std::vector<Near> affinity;   // by required affinity term
  std::vector<Near> anti;       // by required anti-affinity term
  std::vector<Near> unwelcome;  // terms of existing Pods against this one
  // The same of nominated Pods, by label.
  std::map<std::pair<std::string, std::string>, std::int64_t> tried_labels;
};

bool concerns(const PodAffinityTerm& term, const PodInfo& pod, const Labels& namespace_labels) {
  const bool in_namespace =
      std::binary_search(term.namespaces.begin(), term.namespaces.end(), pod.ns) ||
      (term.namespace_selector && term.namespace_selector->matches(namespace_labels));
  return in_namespace && term.selector.matches(pod.labels());
}

bool any_near(const std::vector<Near>& list, const NodeInfo& node) {
  return std::any_of(list.begin(), list.end(), [&node](const Near& near) {
    const int value = node.value_of(near.key);
    return value >= 0 && near.at(value) > 0;
  });
}

// What one topology value adds to the score of a node in it.
struct Pull {
  std::size_t key;
  std::int64_t weight;
  const PodIndex::ByValue* pods;
};
struct Pulls final : CycleState::Data {
  std::vector<Pull> pulls;
};

class InterPodAffinity final : public Plugin {
 public:
  explicit InterPodAffinity(const SchedulerProfile& profile)
      : hard_weight_(profile.hard_pod_affinity_weight),
        ignores_existing_(profile.ignore_preferred_terms_of_existing_pods) {}

  std::string_view name() const override { return kFilter; }
  Reach filter_reach() const override { return Reach::kCluster; }
  Reach score_reach() const override { return Reach::kCluster; }
  ClusterEvents wakes_on() const override {
    return ClusterEvent::kNodeAdd | ClusterEvent::kNodeLabel | ClusterEvent::kPodDelete |
           ClusterEvent::kPodAdd | ClusterEvent::kPodLabel | ClusterEvent::kPodUpdate;
  }
  bool may_help(const PodInfo& pod, const ClusterChange& change) const override {
    if (change.object->key.resource != "pods") return true;
    const PodSchedulingView& own = *pod.spec;
    if ((change.events & static_cast<ClusterEvents>(ClusterEvent::kPodDelete)) != 0) {
      // One that goes helps when it was kept away from, or kept this one away.
      return !own.required_anti_affinity.empty() ||
             !PodSchedulingView(*change.object).required_anti_affinity.empty();
    }
    if ((change.events & static_cast<ClusterEvents>(ClusterEvent::kPodLabel)) != 0) return true;
    const Labels& labels = change.object->view<PodView>().meta.labels;
    return std::any_of(
        own.required_affinity.begin(), own.required_affinity.end(),
        [&labels](const PodAffinityTerm& term) { return term.selector.matches(labels); });
  }

  Status pre_filter(CycleState& state, const PodInfo& pod, const ClusterView& cluster,
                    std::optional<std::set<std::string>>& /*only*/) const override {
    const PodSchedulingView& spec = *pod.spec;
    const Labels& namespace_labels = cluster.namespace_labels(pod.ns);
    std::vector<Near> unwelcome;
    for (const PodIndex::TermGroup* group : cluster.pods.terms_about(pod, namespace_labels)) {
      if (group->kind != PodIndex::TermKind::kRequiredAnti || group->by_value.total == 0) continue;
      unwelcome.push_back({group->key, {}, group->term.text, &group->by_value, {}, false});
    }
    if (unwelcome.empty() && spec.required_affinity.empty() &&
        spec.required_anti_affinity.empty()) {
      return Status::skip();
    }
    auto rules = std::make_unique<Rules>();
    rules->namespace_labels = namespace_labels;
    rules->unwelcome = std::move(unwelcome);
    for (const PodAffinityTerm& term : spec.required_affinity) {
      rules->wanted.parts.push_back(part_of(term, cluster));
    }
    rules->wanted.seal();
    for (const PodAffinityTerm& term : spec.required_affinity) {
      rules->affinity.push_back(near(term, rules->wanted, cluster));
    }
    rules->wants_itself = rules->wanted.selects(pod);
    for (const PodAffinityTerm& term : spec.required_anti_affinity) {
      rules->anti.push_back(near(term, query_of(term, cluster), cluster));
    }
    state.put(kFilter, std::move(rules));
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

  Status filter(const CycleState& state, const PodInfo& /*pod*/,
                const NodeInfo& node) const override {
    const Rules& rules = *state.get<Rules>(kFilter);
    if (!near_wanted(rules, node)) {
      static const Status kFar = Status::unresolvable("node(s) didn't match pod affinity rules");
      return kFar;
    }
    if (any_near(rules.anti, node)) {
      static const Status kNear =
          Status::unschedulable(std::string("node(s) didn't match pod anti-affinity rules"));
      return kNear;
    }
    if (any_near(rules.unwelcome, node) || unwelcome_by_label(rules, node)) {
      static const Status kUnwelcome = Status::unschedulable(
          std::string("node(s) didn't satisfy existing pods anti-affinity rules"));
      return kUnwelcome;
    }
    return Status::success();
  }

  Status pre_score(CycleState& state, const PodInfo& pod, const ClusterView& cluster,
                   NodeSpan /*feasible*/) const override {
    const PodSchedulingView& spec = *pod.spec;
    auto notes = std::make_unique<Pulls>();
    const auto add = [&notes](std::size_t key, std::int64_t weight, const PodIndex::ByValue& pods) {
      if (weight != 0 && pods.total > 0) notes->pulls.push_back({key, weight, &pods});
    };
    for (const PodAffinityTerm& term : spec.preferred_affinity) {
      const std::size_t key = cluster.pods.key(term.topology_key);
      add(key, term.weight, cluster.pods.counts(query_of(term, cluster), key));
    }
    for (const PodAffinityTerm& term : spec.preferred_anti_affinity) {
      const std::size_t key = cluster.pods.key(term.topology_key);
      add(key, -term.weight, cluster.pods.counts(query_of(term, cluster), key));
    }
    const bool asks = !spec.preferred_affinity.empty() || !spec.preferred_anti_affinity.empty();
    if (asks || !ignores_existing_) {
      for (const PodIndex::TermGroup* group :
           cluster.pods.terms_about(pod, cluster.namespace_labels(pod.ns))) {
        add(group->key, weight_of(*group), group->by_value);
      }
    }
    if (notes->pulls.empty()) return Status::skip();
    state.put(kScore, std::move(notes));
    return Status::success();
  }

  std::int64_t score(const CycleState& state, const PodInfo& /*pod*/,
                     const NodeInfo& node) const override {
    std::int64_t sum = 0;
    for (const Pull& pull : state.get<Pulls>(kScore)->pulls) {
      const int value = node.value_of(pull.key);
      const auto index = static_cast<std::size_t>(value);
      if (value < 0 || index >= pull.pods->counts.size()) continue;
      sum += pull.weight * pull.pods->counts[index];
    }
    return sum;
  }

  void normalize(const CycleState& /*state*/, NodeSpan /*feasible*/,
                 std::span<std::int64_t> scores) const override {
    const auto [lowest, highest] = std::minmax_element(scores.begin(), scores.end());
    if (lowest == scores.end()) return;
    const std::int64_t low = *lowest;
    const std::int64_t range = *highest - low;
    for (std::int64_t& score : scores) {
      score = range == 0 ? 0
                         : static_cast<std::int64_t>(
                               static_cast<double>(kMaxNodeScore) *
                               (static_cast<double>(score - low) / static_cast<double>(range)));
    }
  }

 private:
  static PodQuery query_of(const PodAffinityTerm& term, const ClusterView& cluster) {
    PodQuery out;
    out.parts.push_back(part_of(term, cluster));
    out.seal();
    return out;
  }

  static Near near(const PodAffinityTerm& term, const PodQuery& query, const ClusterView& cluster) {
    Near out;
    out.key = cluster.pods.key(term.topology_key);
    out.query = query;
    out.of_index = &cluster.pods.counts(query, out.key);
    return out;
  }

  static bool unwelcome_by_label(const Rules& rules, const NodeInfo& node) {
    return std::any_of(rules.tried_labels.begin(), rules.tried_labels.end(),
                       [&](const auto& tried) {
                         const auto label = node.view().meta.labels.find(tried.first.first);
                         return tried.second > 0 && label != node.view().meta.labels.end() &&
                                label->second == tried.first.second;
                       });
  }

  // The first Pod of a group that wants to be near itself may go anywhere where the keys are.
  static bool near_wanted(const Rules& rules, const NodeInfo& node) {
    bool all = true;
    bool anywhere = false;
    for (const Near& near : rules.affinity) {
      const int value = node.value_of(near.key);
      if (value < 0) return false;
      all = all && near.at(value) > 0;
      anywhere = anywhere || near.current().total > 0;
    }
    return all || (!anywhere && rules.wants_itself);
  }

  static void change(CycleState& state, const PodInfo& pod, const PodInfo& other,
                     const NodeInfo& node, std::int64_t by) {
    auto* rules = state.change<Rules>(kFilter);
    if (rules == nullptr) return;
    if (!rules->affinity.empty() && rules->wanted.selects(other)) {
      for (Near& near : rules->affinity) near.change(node.value_of(near.key), by);
    }
    for (Near& near : rules->anti) {
      if (near.query.selects(other)) near.change(node.value_of(near.key), by);
    }
    for (const PodAffinityTerm& term : other.spec->required_anti_affinity) {
      if (!concerns(term, pod, rules->namespace_labels)) continue;
      change_unwelcome(*rules, term, node, by);
    }
  }

  static void change_unwelcome(Rules& rules, const PodAffinityTerm& term, const NodeInfo& node,
                               std::int64_t by) {
    for (Near& near : rules.unwelcome) {
      if (near.term == term.text) return near.change(node.value_of(near.key), by);
    }
    // A nominated Pod may be the first with this term, with a key that no Pod has asked about yet:
    // then the label itself is looked at.
    const auto label = node.view().meta.labels.find(term.topology_key);
    if (label != node.view().meta.labels.end()) {
      rules.tried_labels[{term.topology_key, label->second}] += by;
    }
  }

  std::int64_t weight_of(const PodIndex::TermGroup& group) const {
    switch (group.kind) {
      case PodIndex::TermKind::kRequired:
        return hard_weight_;
      case PodIndex::TermKind::kRequiredAnti:
        return 0;
      case PodIndex::TermKind::kPreferred:
        return group.term.weight;
      case PodIndex::TermKind::kPreferredAnti:
        return -group.term.weight;
    }
    return 0;
  }

  const std::int64_t hard_weight_;
  const bool ignores_existing_;
};

}  // namespace

std::unique_ptr<Plugin> make_inter_pod_affinity(const SchedulerProfile& profile) {
  return std::make_unique<InterPodAffinity>(profile);
}

}  // namespace inferlab::sim
