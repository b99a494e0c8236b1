// The disruption controller: how many Pods of each PodDisruptionBudget may be evicted now. The
// eviction subresource (sim/api/api_eviction.cpp) takes from what it allows.
// Source: Kubernetes documentation, "Specifying a Disruption Budget for your Application";
// kube-controller-manager 1.32.
#include <fmt/format.h>

#include <algorithm>
#include <map>

#include "sim/api/conditions.h"
#include "sim/api/views.h"
#include "sim/api/views_policy.h"
#include "sim/controllers/disruption_scale.h"
#include "sim/controllers/make_controllers.h"
#include "sim/controllers/pod_state.h"

namespace inferlab::sim {
namespace {

constexpr std::string_view kBudgets = "poddisruptionbudgets.policy";
constexpr std::string_view kWatches[] = {kBudgets, "pods"};

// An evicted Pod that is not even being deleted by then is taken for healthy again.
constexpr Duration kDeletionTimeout = 2min;

// What a budget is about, as Go prints it.
std::string selector_text(const Value& selector) {
  std::string labels;
  for (const Value::Member& label : selector["matchLabels"].members())
    labels += label.key + ": " + label.value.str() + ",";
  std::string expressions;
  for (const Value& one : selector["matchExpressions"].items()) {
    std::string values;
    for (const Value& value : one["values"].items())
      values += (values.empty() ? "" : " ") + value.str();
    expressions += fmt::format("LabelSelectorRequirement{{Key:{},Operator:{},Values:[{}],}},",
                               one["key"].as_string(), one["operator"].as_string(), values);
  }
  return fmt::format(
      "&LabelSelector{{MatchLabels:map[string]string{{{}}},MatchExpressions:"
      "[]LabelSelectorRequirement{{{}}},}}",
      labels, expressions);
}

class DisruptionController final : public Controller {
 public:
  explicit DisruptionController(const ControllerContext& context)
      : Controller(context, "controller/disruption", "controllermanager") {}

  std::span<const std::string_view> watches() const override { return kWatches; }

  void observe(const Change& change) override {
    const StoredObject& object = *change.object;
    if (object.key.resource == kBudgets) {
      if (change.type != ChangeType::kDeleted) queue().add(object.key);
      return;
    }
    const std::vector<ObjectPtr> budgets = budgets_of(object);
    // Of several budgets only one hears of the Pod.
    if (!budgets.empty()) queue().add(budgets.front()->key);
    if (budgets.size() > 1) {
      contested_[object.key] = change.object;
      queue().add(object.key);
    }
    if (change.type != ChangeType::kDeleted && is_marked(object))
      queue().add_after(object.key, kDeletionTimeout);
  }

  Result<void> reconcile(const ObjectKey& key) override {
    if (key.resource == "pods") {
      tell_of_choice(key);
      return unmark(key);
    }
    const ObjectPtr budget = store().get(key);
    if (budget == nullptr) return {};
    const auto status = status_of(*budget);
    return write(*budget, status ? status.value() : failed_status(*budget, status.error().message));
  }

 private:
  // By name.
  std::vector<ObjectPtr> budgets_of(const StoredObject& pod) const {
    std::vector<ObjectPtr> out;
    for (ObjectPtr& budget : store().list(kBudgets, pod.key.ns)) {
      const LabelSelector& selector = budget->view<PodDisruptionBudgetView>().selector;
      if (selector.matches(pod.view<PodView>().meta.labels)) out.push_back(std::move(budget));
    }
    return out;
  }

  void tell_of_choice(const ObjectKey& key) {
    const auto found = contested_.find(key);
    if (found == contested_.end()) return;
    const ObjectPtr pod = found->second;
    contested_.erase(found);
    const std::vector<ObjectPtr> budgets = budgets_of(*pod);
    if (budgets.size() < 2) return;
    events().warning(*pod, "MultiplePodDisruptionBudgets",
                     fmt::format("Pod \"{}\"/\"{}\" matches multiple PodDisruptionBudgets.  Chose "
                                 "\"{}\" arbitrarily.",
                                 key.ns, key.name, budgets.front()->key.name));
  }

  // Condition DisruptionTarget is True though nobody deletes the Pod. What the kubelet says, it
  // takes back itself.
  static bool is_marked(const StoredObject& pod) {
    const Value& condition = condition_of(pod.document, "DisruptionTarget");
    return is_active(pod.view<PodView>()) && condition["status"].as_string() == "True" &&
           condition["reason"].as_string() != "TerminationByKubelet";
  }

  Result<void> unmark(const ObjectKey& key) {
    const ObjectPtr pod = store().get(key);
    if (pod == nullptr || !is_marked(*pod)) return {};
    const Value& old = condition_of(pod->document, "DisruptionTarget");
    const auto since = parse_rfc3339(old["lastTransitionTime"].as_string());
    if (const Duration left = since.value_or(now()) + kDeletionTimeout - now();
        left > Duration::zero()) {
      queue().add_after(key, left);
      return {};
    }
    const Value condition =
        old.with("status", "False").with("lastTransitionTime", Value(format_rfc3339(now())));
    const Value change = Value::object(
        {{"status",
          Value::object(
              {{"conditions", set_condition(pod->document["status"]["conditions"], condition)}})}});
    const ApiResponse response = api().merge_patch(key, "status", change, user());
    return response.code == 404 ? Result<void>() : check(response, key.name);
  }

  struct Wanted {
    std::int64_t expected = 0, healthy = 0;
  };
  Result<Wanted> wanted(const StoredObject& budget, const std::vector<ObjectPtr>& pods) {
    const PodDisruptionBudgetView& view = budget.view<PodDisruptionBudgetView>();
    if (view.min_available.is_int())
      return Wanted{static_cast<std::int64_t>(pods.size()), view.min_available.as_int()};
    const bool by_unavailable = !view.max_unavailable.is_null();
    if (!by_unavailable && view.min_available.is_null()) return Wanted{};
    INFERLAB_TRY(const WantedPods scale, wanted_pods(api(), pods));
    if (!scale.unmanaged.empty()) {
      events().warning(
          budget, "UnmanagedPods",
          fmt::format("Pods selected by this PodDisruptionBudget (selector: {}) were found to be "
                      "unmanaged. As a result, the status of the PDB cannot be calculated "
                      "correctly, which may result in undefined behavior. To account for these "
                      "pods please set \".spec.minAvailable\" field of the PDB to an integer "
                      "value.",
                      selector_text(budget.document["spec"]["selector"])));
    }
    INFERLAB_TRY(
        const std::int64_t amount,
        scaled_up(by_unavailable ? view.max_unavailable : view.min_available, scale.count));
    return Wanted{scale.count,
                  by_unavailable ? std::max<std::int64_t>(scale.count - amount, 0) : amount};
  }

  Result<Value> status_of(const StoredObject& budget) {
    const PodDisruptionBudgetView& view = budget.view<PodDisruptionBudgetView>();
    std::vector<ObjectPtr> pods;
    for (ObjectPtr& pod : store().list("pods", budget.key.ns)) {
      if (view.selector.matches(pod->view<PodView>().meta.labels)) pods.push_back(std::move(pod));
    }
    if (pods.empty()) events().normal(budget, "NoPods", "No matching pods found");
    const auto goal = wanted(budget, pods);
    if (!goal) {
      events().warning(budget, "CalculateExpectedPodCountFailed",
                       "Failed to calculate the number of expected pods: " + goal.error().message);
      return goal.error();
    }
    const Value disrupted = still_disrupted(budget, pods);
    std::int64_t healthy = 0;
    for (const ObjectPtr& pod : pods) {
      const PodView& pod_view = pod->view<PodView>();
      if (pod_view.ready && !pod_view.meta.deletion_timestamp && !disrupted.has(pod->key.name))
        ++healthy;
    }
    const std::int64_t expected = goal.value().expected;
    const std::int64_t spare = healthy - goal.value().healthy;
    // Before the first Pod is there nothing is allowed: it may come before the next look.
    const std::int64_t allowed = expected > 0 ? std::max<std::int64_t>(spare, 0) : 0;
    Value status = budget.document["status"]
                       .with("currentHealthy", healthy)
                       .with("desiredHealthy", goal.value().healthy)
                       .with("expectedPods", expected)
                       .with("disruptionsAllowed", allowed)
                       .with("observedGeneration", budget.document["metadata"]["generation"]);
    status = disrupted.empty() ? status.without("disruptedPods")
                               : status.with("disruptedPods", disrupted);
    return with_condition(status, allowed > 0 ? "SufficientPods" : "InsufficientPods", "");
  }

  // Evictions that were granted, and whose Pods are not being deleted yet.
  Value still_disrupted(const StoredObject& budget, const std::vector<ObjectPtr>& pods) {
    const PodDisruptionBudgetView& view = budget.view<PodDisruptionBudgetView>();
    Value out = Value::object();
    for (const ObjectPtr& pod : pods) {
      const auto found = view.disrupted_pods.find(pod->key.name);
      if (found == view.disrupted_pods.end() || pod->view<PodView>().meta.deletion_timestamp)
        continue;
      const Time deadline = found->second + kDeletionTimeout;
      if (deadline < now()) {
        // The real controller says the namespace where the name should be.
        events().warning(*pod, "NotDeleted",
                         fmt::format("Pod was expected by PDB {0}/{0} to be deleted but it wasn't",
                                     budget.key.ns));
        continue;
      }
      queue().add_after(budget.key, deadline - now() + 1s);
      out = out.with(pod->key.name, Value(format_rfc3339(found->second)));
    }
    return out;
  }

  // Nothing is allowed as long as nobody knows; what was observed stays as it was.
  Value failed_status(const StoredObject& budget, const std::string& why) const {
    return with_condition(budget.document["status"].with("disruptionsAllowed", 0), "SyncFailed",
                          why);
  }

  Value with_condition(const Value& status, const char* reason, const std::string& message) const {
    const bool allowed = status["disruptionsAllowed"].as_int() > 0;
    Value condition = Value::object({{"type", "DisruptionAllowed"},
                                     {"status", allowed ? "True" : "False"},
                                     {"reason", reason},
                                     {"message", Value(message)}});
    if (status.has("observedGeneration"))
      condition = condition.with("observedGeneration", status["observedGeneration"]);
    return status.with("conditions",
                       set_condition_at(status["conditions"], condition, format_rfc3339(now())));
  }

  Result<void> write(const StoredObject& budget, const Value& status) {
    if (status == budget.document["status"]) return {};
    return check(api().update_status(kBudgets, budget.document.with("status", status), user()),
                 budget.key.name);
  }

  std::map<ObjectKey, ObjectPtr> contested_;  // Pods of several budgets, since the last look
};

}  // namespace

std::unique_ptr<Controller> make_disruption_controller(const ControllerContext& context) {
  return std::make_unique<DisruptionController>(context);
}

}  // namespace inferlab::sim
