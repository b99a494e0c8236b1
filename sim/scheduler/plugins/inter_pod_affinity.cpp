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
  const PodIndex::Key* key = nullptr;
  const PodQuery* query = nullptr;  // of a term of the incoming Pod; of the index
  std::string term;                 // PodAffinityTerm::text, of a term of existing Pods
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
  Labels namespace_labels;                    // of the Pod's namespace
  const PodQuery* wanted = nullptr;           // Pods that meet all required affinity terms at once
  bool wants_itself = false;                  // the Pod would meet them
  std::vector<Near> affinity;                 // by required affinity term
  std::vector<Near> anti;                     // by required anti-affinity term
  std::vector<Near> unwelcome;                // terms of existing Pods against this one
  std::map<std::size_t, std::int64_t> tried;  // the same of nominated Pods, by slot
  [[nodiscard]] bool tried_against(std::size_t slot) const {
    if (tried.empty()) return false;
    const auto found = tried.find(slot);
    return found != tried.end() && found->second > 0;
  }
};

bool concerns(const PodAffinityTerm& term, const PodInfo& pod, const Labels& namespace_labels) {
  const bool in_namespace =
      std::binary_search(term.namespaces.begin(), term.namespaces.end(), pod.ns) ||
      (term.namespace_selector && term.namespace_selector->matches(namespace_labels));
  return in_namespace && term.selector.matches(pod.labels());
}

bool any_near(const std::vector<Near>& list, std::size_t slot) {
  return std::any_of(list.begin(), list.end(), [slot](const Near& near) {
    const int value = near.key->of(slot);
    return value >= 0 && near.at(value) > 0;
  });
}

// What one topology value adds to the score of a node in it.
struct Pull {
  const PodIndex::Key* key;
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
  bool reads_notes() const override { return true; }
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
      unwelcome.push_back({&cluster.pods.key_at(group->key),
                           nullptr,
                           group->term.text,
                           &group->by_value,
                           {},
                           false});
    }
    if (unwelcome.empty() && spec.required_affinity.empty() &&
        spec.required_anti_affinity.empty()) {
      return Status::skip();
    }
    auto rules = std::make_unique<Rules>();
    rules->namespace_labels = namespace_labels;
    rules->unwelcome = std::move(unwelcome);
    if (!spec.required_affinity.empty()) {
      const PodIndex::Counts& wanted = counts_of(spec.required_affinity, cluster);
      rules->wanted = &wanted.query;
      rules->wants_itself = wanted.query.selects(pod);
      for (const PodAffinityTerm& term : spec.required_affinity) {
        rules->affinity.push_back(near(term, wanted, cluster));
      }
    }
    for (const PodAffinityTerm& term : spec.required_anti_affinity) {
      rules->anti.push_back(near(term, counts_of({&term, 1}, cluster), cluster));
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

  Status filter_at(const CycleState& state, const PodInfo& /*pod*/,
                   std::size_t slot) const override {
    const Rules& rules = *state.get<Rules>(kFilter);
    if (!near_wanted(rules, slot)) {
      static const Status kFar = Status::unresolvable("node(s) didn't match pod affinity rules");
      return kFar;
    }
    if (any_near(rules.anti, slot)) {
      static const Status kNear =
          Status::unschedulable(std::string("node(s) didn't match pod anti-affinity rules"));
      return kNear;
    }
    if (any_near(rules.unwelcome, slot) || rules.tried_against(slot)) {
      static const Status kUnwelcome = Status::unschedulable(
          std::string("node(s) didn't satisfy existing pods anti-affinity rules"));
      return kUnwelcome;
    }
    return Status::success();
  }

  void filter_many(const CycleState& state, const PodInfo& /*pod*/, SlotSpan slots,
                   std::span<char> fits) const override {
    const Rules& rules = *state.get<Rules>(kFilter);
    for (const std::vector<Near>* list : {&rules.anti, &rules.unwelcome}) {
      for (const Near& near : *list) {
        if (near.current().total == 0 && !near.tried) continue;  // nobody is anywhere
        const std::vector<std::int64_t>& counts = near.current().counts;
        const int* values = near.key->value_by_slot.data();
        if (near.key->nodes_without == 0 && counts.size() >= near.key->nodes.size()) {
          // Every node has a value, and every value a count.
          const std::int64_t* count = counts.data();
          for (std::size_t i = 0; i < slots.size(); ++i) {
            fits[i] = static_cast<char>(fits[i] & (count[values[slots[i]]] > 0 ? 0 : 1));
          }
          continue;
        }
        for (std::size_t i = 0; i < slots.size(); ++i) {
          const int value = values[slots[i]];
          const bool hit = value >= 0 && static_cast<std::size_t>(value) < counts.size() &&
                           counts[static_cast<std::size_t>(value)] > 0;
          fits[i] = static_cast<char>(fits[i] & (hit ? 0 : 1));
        }
      }
    }
    if (rules.affinity.empty()) return;
    for (std::size_t i = 0; i < slots.size(); ++i) {
      if (fits[i] != 0 && !near_wanted(rules, slots[i])) fits[i] = 0;
    }
  }

  Status pre_score(CycleState& state, const PodInfo& pod, const ClusterView& cluster,
                   SlotSpan /*feasible*/) const override {
    const PodSchedulingView& spec = *pod.spec;
    auto notes = std::make_unique<Pulls>();
    const auto add = [&](std::size_t key, std::int64_t weight, const PodIndex::ByValue& pods) {
      if (weight == 0 || pods.total == 0) return;
      notes->pulls.push_back({&cluster.pods.key_at(key), weight, &pods});
    };
    for (const PodAffinityTerm& term : spec.preferred_affinity) {
      const std::size_t key = cluster.pods.key(term.topology_key);
      add(key, term.weight, cluster.pods.by_value(counts_of({&term, 1}, cluster), key));
    }
    for (const PodAffinityTerm& term : spec.preferred_anti_affinity) {
      const std::size_t key = cluster.pods.key(term.topology_key);
      add(key, -term.weight, cluster.pods.by_value(counts_of({&term, 1}, cluster), key));
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

  void score_many(const CycleState& state, const PodInfo& /*pod*/, SlotSpan slots,
                  std::span<std::int64_t> scores) const override {
    std::fill(scores.begin(), scores.end(), 0);
    for (const Pull& pull : state.get<Pulls>(kScore)->pulls) {
      const std::vector<std::int64_t>& counts = pull.pods->counts;
      const int* values = pull.key->value_by_slot.data();
      for (std::size_t i = 0; i < slots.size(); ++i) {
        const int value = values[slots[i]];
        if (value < 0 || static_cast<std::size_t>(value) >= counts.size()) continue;
        scores[i] += pull.weight * counts[static_cast<std::size_t>(value)];
      }
    }
  }

  void normalize(const CycleState& /*state*/, SlotSpan /*feasible*/,
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
  // Of the Pods that all these terms select.
  static const PodIndex::Counts& counts_of(std::span<const PodAffinityTerm> terms,
                                           const ClusterView& cluster) {
    std::string text = "all ";
    for (const PodAffinityTerm& term : terms) text += term_text(term, cluster) + " ";
    return cluster.pods.counts(text, [&] {
      PodQuery query;
      for (const PodAffinityTerm& term : terms) query.parts.push_back(part_of(term, cluster));
      return query;
    });
  }
  static std::string term_text(const PodAffinityTerm& term, const ClusterView& cluster) {
    if (!term.namespace_selector) return term.who;
    const PodQuery::Part part = part_of(term, cluster);
    std::string text = text_of(part.selector) + (part.all_namespaces ? "|*" : "|");
    for (const std::string& ns : part.namespaces) text += ns + ",";
    return text;
  }

  static Near near(const PodAffinityTerm& term, const PodIndex::Counts& counts,
                   const ClusterView& cluster) {
    Near out;
    const std::size_t key = cluster.pods.key(term.topology_key);
    out.key = &cluster.pods.key_at(key);
    out.query = &counts.query;
    out.of_index = &cluster.pods.by_value(counts, key);
    return out;
  }

  // The first Pod of a group that wants to be near itself may go anywhere where the keys are.
  static bool near_wanted(const Rules& rules, std::size_t slot) {
    bool all = true;
    bool anywhere = false;
    for (const Near& near : rules.affinity) {
      const int value = near.key->of(slot);
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
    if (rules->wanted != nullptr && rules->wanted->selects(other)) {
      for (Near& near : rules->affinity) near.change(near.key->of(node.slot), by);
    }
    for (Near& near : rules->anti) {
      if (near.query->selects(other)) near.change(near.key->of(node.slot), by);
    }
    for (const PodAffinityTerm& term : other.spec->required_anti_affinity) {
      if (!concerns(term, pod, rules->namespace_labels)) continue;
      change_unwelcome(*rules, term, node, by);
    }
  }

  static void change_unwelcome(Rules& rules, const PodAffinityTerm& term, const NodeInfo& node,
                               std::int64_t by) {
    for (Near& near : rules.unwelcome) {
      if (near.term == term.text) return near.change(near.key->of(node.slot), by);
    }
    // A nominated Pod may be the first with this term. It is tried on its node, and only that one
    // is asked about meanwhile.
    if (node.view().meta.labels.contains(term.topology_key)) rules.tried[node.slot] += by;
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
