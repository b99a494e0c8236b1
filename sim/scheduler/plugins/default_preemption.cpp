// DefaultPreemption: where evicting Pods of lower priority would make room, picks the node on which
// that hurts least, and the fewest Pods on it that must go.
// Source: Kubernetes documentation, "Pod Priority and Preemption"; kube-scheduler,
// DefaultPreemption.
#include <algorithm>
#include <limits>

#include "sim/scheduler/plugins/disruption_budgets.h"
#include "sim/scheduler/plugins/plugins.h"

namespace inferlab::sim {
namespace {

// Higher priority first, then who has run for longer. A Pod that has not started counts as started
// when it is asked, so of two such Pods the one that is asked first seems to have started first.
// Source: kube-scheduler, util.MoreImportantPod, GetPodStartTime.
bool more_important(const PodInfo& a, const PodInfo& b) {
  if (a.priority != b.priority) return a.priority > b.priority;
  if (a.started && b.started) return *a.started < *b.started;
  return !b.started;
}

// As Go's sort.Slice sorts up to twelve, by insertion: with an order like the above it matters how.
// It turns Pods that have not started round, so the one that was seen first is the first to go.
// More than twelve Go sorts in another way, which of such Pods makes an order of its own; we do
// not.
void sort_by_importance(std::vector<PodInfoPtr>& pods) {
  for (std::size_t i = 1; i < pods.size(); ++i) {
    for (std::size_t j = i; j > 0 && more_important(*pods[j], *pods[j - 1]); --j) {
      std::swap(pods[j], pods[j - 1]);
    }
  }
}

struct Candidate {
  const NodeInfo* node = nullptr;
  std::vector<PodInfoPtr> victims;  // the most important one first
  std::int64_t num_violations = 0;  // of disruption budgets

  [[nodiscard]] std::int64_t highest_priority() const { return victims.front()->priority; }
  [[nodiscard]] std::int64_t sum_of_priorities() const {
    // Moved up, so that three low ones are more than one, below zero too.
    constexpr std::int64_t kUp = std::int64_t{std::numeric_limits<std::int32_t>::max()} + 1;
    std::int64_t sum = 0;
    for (const PodInfoPtr& victim : victims) sum += victim->priority + kUp;
    return sum;
  }
  // The start of the one that has run longest among those of the highest priority.
  [[nodiscard]] Time earliest_start() const {
    Time out = Time::max();
    for (const PodInfoPtr& victim : victims) {
      if (victim->priority == highest_priority() && victim->started) {
        out = std::min(out, *victim->started);
      }
    }
    return out;
  }
};

bool hurts_less(const Candidate& a, const Candidate& b) {
  if (a.num_violations != b.num_violations) return a.num_violations < b.num_violations;
  if (a.highest_priority() != b.highest_priority()) {
    return a.highest_priority() < b.highest_priority();
  }
  if (a.sum_of_priorities() != b.sum_of_priorities()) {
    return a.sum_of_priorities() < b.sum_of_priorities();
  }
  if (a.victims.size() != b.victims.size()) return a.victims.size() < b.victims.size();
  return a.earliest_start() > b.earliest_start();
}

bool is_being_preempted(const PodInfo& pod) {
  if (!pod.terminating) return false;
  for (const Value& condition : pod.object->document["status"]["conditions"].items()) {
    if (condition["type"].as_string() == "DisruptionTarget" &&
        condition["status"].as_string() == "True" &&
        condition["reason"].as_string() == "PreemptionByScheduler") {
      return true;
    }
  }
  return false;
}

class DefaultPreemption final : public Plugin {
 public:
  explicit DefaultPreemption(const SchedulerProfile& profile)
      : min_percentage_(profile.min_candidate_nodes_percentage),
        min_absolute_(profile.min_candidate_nodes_absolute) {}

  std::string_view name() const override { return "DefaultPreemption"; }

  PostFilterResult post_filter(const PodInfo& pod, const ClusterView& cluster,
                               const Refusals& refusals, Trial& trial, Rng* random,
                               WaitingPods* /*waiting*/) const override {
    if (pod.spec->never_preempts) return says("not eligible due to preemptionPolicy=Never.");
    if (waits_for_victims(pod, refusals)) {
      return says("not eligible due to a terminating pod on the nominated node.");
    }
    // Nodes that can be helped by taking Pods away; the others are not looked at.
    std::vector<const NodeInfo*> potential;
    for (std::size_t i = 0; i < refusals.nodes.size(); ++i) {
      if (refusals.statuses[i].code() == Status::Code::kUnschedulable) {
        potential.push_back(refusals.nodes[i]);
      }
    }
    std::vector<std::string> reasons(refusals.nodes.size() - potential.size(),
                                     "Preemption is not helpful for scheduling");
    std::vector<Candidate> candidates =
        try_nodes(pod, potential, disruption_budgets(cluster.store), trial, random, reasons);
    if (candidates.empty()) {
      PostFilterResult out = says(fit_error(refusals.nodes.size(), reasons));
      out.clears_nomination = true;
      return out;
    }
    Candidate& best = *std::min_element(candidates.begin(), candidates.end(), hurts_less);
    PostFilterResult out;
    out.node = best.node->name;
    out.victims = std::move(best.victims);
    return out;
  }

 private:
  static PostFilterResult says(std::string message) {
    PostFilterResult out;
    out.message = "preemption: " + std::move(message);
    return out;
  }

  // Its victims are on their way out: evicting more would be too much.
  static bool waits_for_victims(const PodInfo& pod, const Refusals& refusals) {
    const std::string& nominated = pod.view().nominated_node_name;
    if (nominated.empty()) return false;
    for (std::size_t i = 0; i < refusals.nodes.size(); ++i) {
      const NodeInfo& node = *refusals.nodes[i];
      if (node.name != nominated) continue;
      if (refusals.statuses[i].code() == Status::Code::kUnresolvable) return false;
      return std::any_of(node.pods.begin(), node.pods.end(), [&pod](const auto& row) {
        return row.second->priority < pod.priority && is_being_preempted(*row.second);
      });
    }
    return false;
  }

  std::vector<Candidate> try_nodes(const PodInfo& pod,
                                   const std::vector<const NodeInfo*>& potential,
                                   const std::vector<DisruptionBudget>& budgets, Trial& trial,
                                   Rng* random, std::vector<std::string>& reasons) const {
    std::vector<Candidate> out;
    if (potential.empty()) return out;
    const auto count = static_cast<std::int64_t>(potential.size());
    // In a large cluster some good candidates will do; where the search starts is random.
    const std::int64_t enough =
        std::min(count, std::max(count * min_percentage_ / 100, min_absolute_));
    const std::size_t start =
        random != nullptr && enough < count ? random->below(potential.size()) : 0;
    bool has_harmless = false;
    for (std::size_t i = 0; i < potential.size(); ++i) {
      const NodeInfo& node = *potential[(start + i) % potential.size()];
      Candidate candidate;
      const Status status = choose_victims(pod, node, budgets, trial, candidate);
      if (!status.ok()) {
        reasons.insert(reasons.end(), status.reasons().begin(), status.reasons().end());
        continue;
      }
      if (candidate.victims.empty()) continue;  // it would fit as it is: a lost race
      has_harmless = has_harmless || candidate.num_violations == 0;
      out.push_back(std::move(candidate));
      if (has_harmless && static_cast<std::int64_t>(out.size()) >= enough) break;
    }
    return out;
  }

  // Takes all Pods of lower priority away, then puts back as many as fit, the most important ones
  // first, and before them those whose budgets do not allow their eviction.
  static Status choose_victims(const PodInfo& pod, const NodeInfo& node,
                               const std::vector<DisruptionBudget>& budgets, Trial& trial,
                               Candidate& out) {
    if (node.priorities.empty() || node.priorities.begin()->first >= pod.priority) {
      return Status::unresolvable("No preemption victims found for incoming pod");
    }
    NodeInfo changed = node;
    std::vector<PodInfoPtr> lower;
    for (const PodInfoPtr& other : node.listed) {
      if (other->priority < pod.priority) lower.push_back(other);
    }
    for (const PodInfoPtr& other : lower) trial.remove(changed, *other);
    std::vector<PodInfoPtr> away = lower;  // from `changed`
    Status status = trial.filter(changed);
    if (status.ok()) {
      sort_by_importance(lower);
      const std::vector<bool> violating = violations(lower, budgets);
      away.clear();
      for (const bool protected_ones : {true, false}) {
        for (std::size_t i = 0; i < lower.size(); ++i) {
          if (violating[i] != protected_ones) continue;
          trial.add(changed, lower[i]);
          if (trial.filter(changed).ok()) continue;
          trial.remove(changed, *lower[i]);
          away.push_back(lower[i]);
          if (protected_ones) ++out.num_violations;
        }
      }
      const auto num_violating = std::count(violating.begin(), violating.end(), true);
      const bool both_kinds =
          num_violating > 0 && num_violating < static_cast<std::ptrdiff_t>(lower.size());
      if (both_kinds) sort_by_importance(away);
      out.node = &node;
      out.victims = away;
    }
    // The notes of the cycle must be as they were.
    for (const PodInfoPtr& other : away) trial.add(changed, other);
    return status;
  }

  const std::int64_t min_percentage_, min_absolute_;
};

}  // namespace

std::unique_ptr<Plugin> make_default_preemption(const SchedulerProfile& profile) {
  return std::make_unique<DefaultPreemption>(profile);
}

}  // namespace inferlab::sim
