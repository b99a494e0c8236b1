// The eviction subresource: a deletion that asks the Pod's PodDisruptionBudget first.
// Source: Kubernetes documentation, "API-initiated Eviction"; the texts are those of Kubernetes
// 1.32.
#include "sim/api/admission.h"
#include "sim/api/conditions.h"
#include "sim/api/decode.h"
#include "sim/api/request.h"
#include "sim/api/status.h"
#include "sim/api/types/types.h"
#include "sim/api/views_policy.h"

namespace inferlab::sim {
namespace {

constexpr std::string_view kBudgets = "poddisruptionbudgets.policy";
// Evictions that the disruption controller has not seen done; more are not granted.
constexpr std::size_t kMostDisrupted = 2000;

// Whether nobody is disturbed by the Pod's end.
bool needs_no_budget(const PodView& pod) {
  return pod.terminal() || pod.phase == "Pending" || pod.meta.deletion_timestamp;
}

std::vector<ObjectPtr> budgets_of(const Call& call, const PodView& pod) {
  std::vector<ObjectPtr> out;
  if (pod.meta.labels.empty()) return out;
  for (ObjectPtr& budget : call.store().list(kBudgets, call.request.ns)) {
    if (budget->view<PodDisruptionBudgetView>().selector.matches(pod.meta.labels))
      out.push_back(std::move(budget));
  }
  return out;
}

ApiResponse too_many(const std::string& why, std::int64_t retry_after_seconds) {
  Value details = Value::object(
      {{"causes",
        Value::array({Value::object({{"message", Value(why)}, {"reason", "DisruptionBudget"}})})}});
  if (retry_after_seconds > 0) details = details.with("retryAfterSeconds", retry_after_seconds);
  return status_failure(429, "TooManyRequests",
                        "Cannot evict pod as it would violate the pod's disruption budget.",
                        std::move(details));
}

// A Pod that is not Ready is no loss, if the budget says so or enough others are healthy.
bool is_free_to_go(const StoredObject& budget, const PodView& pod) {
  if (pod.ready) return false;
  if (budget.view<PodDisruptionBudgetView>().always_evict_unready) return true;
  const Value& status = budget.document["status"];
  const std::int64_t wanted = status["desiredHealthy"].as_int();
  return wanted > 0 && status["currentHealthy"].as_int() >= wanted;
}

std::optional<ApiResponse> refused_by(const StoredObject& budget) {
  const PodDisruptionBudgetView& view = budget.view<PodDisruptionBudgetView>();
  const Value& status = budget.document["status"];
  const std::string& name = budget.key.name;
  if (view.observed_generation < view.meta.generation) {
    return too_many("The disruption budget " + name + " is still being processed by the server.",
                    10);
  }
  if (view.disruptions_allowed < 0) {
    return forbidden("poddisruptionbudget.policy", name, "pdb disruptions allowed is negative");
  }
  if (status["disruptedPods"].size() > kMostDisrupted) {
    return forbidden(
        "poddisruptionbudget.policy", name,
        "DisruptedPods map too big - too many evictions not confirmed by PDB controller");
  }
  if (view.disruptions_allowed == 0) {
    return too_many("The disruption budget " + name + " needs " +
                        std::to_string(status["desiredHealthy"].as_int()) +
                        " healthy pods and has " +
                        std::to_string(status["currentHealthy"].as_int()) + " currently",
                    0);
  }
  return std::nullopt;
}

// One disruption less, and which Pod took it: until the controller looks again.
Value status_after(const StoredObject& budget, const std::string& pod, Time now) {
  const Value& old = budget.document["status"];
  const std::int64_t left = old["disruptionsAllowed"].as_int() - 1;
  const std::string stamp = format_rfc3339(now);
  Value status =
      old.with("disruptionsAllowed", left).with_path({"disruptedPods", pod}, Value(stamp));
  if (left > 0) return status;
  Value condition = Value::object({{"type", "DisruptionAllowed"},
                                   {"status", "False"},
                                   {"reason", "InsufficientPods"},
                                   {"message", ""}});
  if (old.has("observedGeneration"))
    condition = condition.with("observedGeneration", old["observedGeneration"]);
  return status.with("conditions", set_condition_at(status["conditions"], condition, stamp));
}

Value marked(const Value& pod, Time now) {
  const Value condition = Value::object({{"type", "DisruptionTarget"},
                                         {"status", "True"},
                                         {"lastProbeTime", Value()},
                                         {"reason", "EvictionByEvictionAPI"},
                                         {"message", "Eviction API: evicting"}});
  return pod.with_path({"status", "conditions"}, set_condition_at(pod["status"]["conditions"],
                                                                  condition, format_rfc3339(now)));
}

// The deletion that the body asks for.
ApiRequest deletion_of(const Call& call, const Value& eviction) {
  ApiRequest out = call.request;
  out.verb = Verb::kDelete;
  out.subresource.clear();
  const Value& options = eviction["deleteOptions"];
  if (options.has("gracePeriodSeconds"))
    out.grace_period_seconds = options["gracePeriodSeconds"].as_int();
  out.precondition_uid = options["preconditions"]["uid"].str();
  out.precondition_resource_version = options["preconditions"]["resourceVersion"].str();
  for (const Value& item : options["dryRun"].items())
    out.dry_run = out.dry_run || item.as_string() == "All";
  return out;
}

}  // namespace

ApiResponse handle_eviction(Call& call) {
  if (call.request.verb != Verb::kCreate) return method_not_allowed();
  auto decoded = decode(types::kEviction, call.request.body);
  if (!decoded) {
    return bad_request("Eviction in version \"v1\" cannot be handled as a Eviction: " +
                       decoded.error().message);
  }
  const Value& named = decoded.value()["metadata"]["name"];
  if (!named.empty() && named.as_string() != call.request.name) {
    return bad_request("name in URL does not match name in Eviction object");
  }
  ObjectPtr pod = call.store().get(call.key());
  if (pod == nullptr) return not_found("pods", call.request.name);
  const Value none;
  if (auto refused = admit_part(call, {"CREATE", "eviction", *decoded, none}))
    return *std::move(refused);
  ApiRequest request = deletion_of(call, decoded.value());
  const PodView& view = pod->view<PodView>();
  const bool disturbs = !needs_no_budget(view);
  ObjectPtr charged;  // the budget that loses one
  if (disturbs) {
    const std::vector<ObjectPtr> budgets = budgets_of(call, view);
    if (budgets.size() > 1) {
      return internal_error(
          "This pod has more than one PodDisruptionBudget, which the eviction subresource does not "
          "support.");
    }
    if (!budgets.empty() && !is_free_to_go(*budgets.front(), view)) {
      if (auto refused = refused_by(*budgets.front())) return *std::move(refused);
      charged = budgets.front();
    }
  }
  // Whether it can be deleted at all comes first: what is refused leaves no trace.
  const bool dry_run = request.dry_run;
  request.dry_run = true;
  Call trial{call.api, request, call.kind, {}, false};
  ApiResponse deleted = delete_object(trial, pod);
  if (!deleted.ok()) return deleted;
  ApiResponse out = status_success(201);
  if (dry_run) return out;
  if (charged != nullptr) {
    const Value status = status_after(*charged, pod->key.name, call.now());
    call.store().put(charged->key, charged->document.with("status", status), call.now());
  }
  if (disturbs) pod = call.store().put(pod->key, marked(pod->document, call.now()), call.now());
  request.dry_run = false;
  request.precondition_resource_version.clear();  // held above, of the version before the mark
  Call deletion{call.api, request, call.kind, {}, false};
  deleted = delete_object(deletion, pod);
  out.object = deleted.object;
  return out;
}

}  // namespace inferlab::sim
