#include "sim/controllers/application_sync.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <limits>
#include <map>
#include <set>
#include <tuple>

#include "sim/gitops/compare.h"
#include "sim/gitops/health.h"
#include "sim/gitops/three_way_merge.h"

namespace inferlab::sim {
namespace {

constexpr const char* kManager = "argocd-controller";

// What others need comes first; kinds that are not named here come last.
// Source: Argo CD 3.5, gitops-engine/pkg/sync/sync_tasks.go.
constexpr std::string_view kKindOrder[] = {"Namespace",
                                           "NetworkPolicy",
                                           "ResourceQuota",
                                           "LimitRange",
                                           "PodSecurityPolicy",
                                           "PodDisruptionBudget",
                                           "ServiceAccount",
                                           "Secret",
                                           "SecretList",
                                           "ConfigMap",
                                           "StorageClass",
                                           "PersistentVolume",
                                           "PersistentVolumeClaim",
                                           "CustomResourceDefinition",
                                           "ClusterRole",
                                           "ClusterRoleList",
                                           "ClusterRoleBinding",
                                           "ClusterRoleBindingList",
                                           "Role",
                                           "RoleList",
                                           "RoleBinding",
                                           "RoleBindingList",
                                           "Service",
                                           "DaemonSet",
                                           "Pod",
                                           "ReplicationController",
                                           "ReplicaSet",
                                           "Deployment",
                                           "HorizontalPodAutoscaler",
                                           "StatefulSet",
                                           "Job",
                                           "CronJob",
                                           "IngressClass",
                                           "Ingress",
                                           "APIService"};

std::ptrdiff_t rank_of(const Value& object) {
  const auto* found =
      std::find(std::begin(kKindOrder), std::end(kKindOrder), object["kind"].as_string());
  return found - std::begin(kKindOrder);
}

// "apps/Deployment/vllm", as in messages; with the namespace it tells two results apart.
std::string words_for(const Value& object) {
  return fmt::format("{}/{}/{}", group_version(object).first, object["kind"].as_string(),
                     object["metadata"]["name"].as_string());
}
std::string id_of(const Value& object) {
  return words_for(object) + "/" + object["metadata"]["namespace"].str();
}
std::string id_of_result(const Value& result) {
  return fmt::format("{}/{}/{}/{}", result["group"].as_string(), result["kind"].as_string(),
                     result["name"].as_string(), result["namespace"].as_string());
}

struct Outcome {
  std::string status;  // Synced, SyncFailed, Pruned, PruneSkipped
  std::string phase;   // of what was applied: Running, Succeeded, Failed
  std::string message;
};

Value result_of(const Value& object, const Outcome& outcome) {
  const auto [group, version] = group_version(object);
  return Value::object({{"group", Value(group)},
                        {"hookPhase", Value(outcome.phase)},
                        {"kind", object["kind"]},
                        {"message", Value(outcome.message)},
                        {"name", object["metadata"]["name"]},
                        {"namespace", Value(object["metadata"]["namespace"].str())},
                        {"status", Value(outcome.status)},
                        {"syncPhase", "Sync"},
                        {"version", Value(version)}});
}

class Step {
 public:
  Step(const ApplicationSync& sync, const ApplicationState& state, const Value& results)
      : sync_(sync), state_(state) {
    for (const Value& result : results.items()) results_[id_of_result(result)] = result;
    choose_tasks();
  }

  SyncProgress take() {
    watch_running();
    std::set<std::int64_t> waves;
    for (const ApplicationResource* task : tasks_) waves.insert(wave_of(*task));
    if (waves.size() > 1) {
      for (const ApplicationResource* task : tasks_) {
        if (phase_of(*task) != "Running") continue;
        return progress("Running", "waiting for healthy state of " + words_for(task->document()));
      }
    }
    if (waves.size() > 1 && has_phase("Failed")) {
      return progress("Failed", failure("one or more synchronization tasks completed "
                                        "unsuccessfully"));
    }
    std::vector<const ApplicationResource*> pending;
    for (const ApplicationResource* task : tasks_) {
      if (!results_.contains(id_of(task->document()))) pending.push_back(task);
    }
    if (pending.empty()) return progress("Succeeded", "successfully synced (no more tasks)");
    if (!namespace_is_there()) {
      return progress("Failed", failure("the namespace failed to apply"));
    }
    const std::int64_t wave = wave_of(*pending.front());
    std::size_t taken = 0;
    for (; taken < pending.size() && wave_of(*pending[taken]) == wave; ++taken) {
      const ApplicationResource& task = *pending[taken];
      const Outcome outcome = task.is_extra() ? prune(task) : apply(task);
      results_[id_of(task.document())] = result_of(task.document(), outcome);
    }
    if (has_phase("Failed"))
      return progress("Failed", failure("one or more objects failed to apply"));
    if (taken == pending.size()) {
      return progress("Succeeded", "successfully synced (all tasks run)");
    }
    SyncProgress out = progress(
        "Running", "waiting for healthy state of " + words_for(pending.front()->document()));
    out.next_wave = true;
    return out;
  }

 private:
  [[nodiscard]] std::int64_t wave_of(const ApplicationResource& task) const {
    return task.is_extra() && sync_.spec.prunes_last ? std::numeric_limits<std::int64_t>::max()
                                                     : task.wave();
  }

  void choose_tasks() {
    const Value& chosen = sync_.operation["sync"]["resources"];
    for (const ApplicationResource& one : state_.resources) {
      const Value& document = one.document();
      const std::string group = group_version(document).first;
      const auto& wanted = chosen.items();
      const bool is_chosen =
          wanted.empty() || std::any_of(wanted.begin(), wanted.end(), [&](const Value& row) {
            return row["kind"] == document["kind"] && row["name"] == document["metadata"]["name"] &&
                   row["group"].as_string() == group;
          });
      const bool is_done = results_.contains(id_of(document));
      if (!is_chosen || (sync_.spec.out_of_sync_only && one.in_sync && !is_done)) continue;
      tasks_.push_back(&one);
    }
    std::stable_sort(tasks_.begin(), tasks_.end(),
                     [this](const ApplicationResource* a, const ApplicationResource* b) {
                       const auto key = [this](const ApplicationResource& task) {
                         return std::tuple(wave_of(task), !task.is_extra(),
                                           rank_of(task.document()), task.desired.key.name);
                       };
                       return key(*a) < key(*b);
                     });
  }

  [[nodiscard]] std::string_view phase_of(const ApplicationResource& task) const {
    const auto found = results_.find(id_of(task.document()));
    return found == results_.end() ? std::string_view() : found->second["hookPhase"].as_string();
  }
  [[nodiscard]] bool has_phase(std::string_view phase) const {
    return std::any_of(results_.begin(), results_.end(), [&](const auto& each) {
      return each.second["hookPhase"].as_string() == phase;
    });
  }

  // What was applied in an earlier step is done when it is healthy, or has no health.
  void watch_running() {
    for (const ApplicationResource* task : tasks_) {
      if (phase_of(*task) != "Running" || task->live == nullptr) continue;
      Value& result = results_[id_of(task->document())];
      const auto health = health_of(task->live->document);
      if (!health || health->status == "Healthy") {
        result = result.with("hookPhase", "Succeeded");
      } else if (health->status == "Degraded") {
        result = result.with("hookPhase", "Failed").with("message", Value(health->message));
      }
    }
  }

  [[nodiscard]] std::string failure(const std::string& what) const {
    std::vector<std::string> reasons;
    for (const auto& [id, result] : results_) {
      if (result["status"].as_string() == "SyncFailed") reasons.push_back(result["message"].str());
    }
    return reasons.empty() ? what : fmt::format("{}, reason: {}", what, fmt::join(reasons, ","));
  }

  bool namespace_is_there() {
    const std::string& ns = sync_.spec.ns;
    if (!sync_.spec.creates_namespace || ns.empty()) return true;
    if (sync_.api.store().get({"namespaces", "", ns}) != nullptr) return true;
    ApiRequest request = write(Verb::kCreate, "namespaces", "");
    request.body = Value::object({{"apiVersion", "v1"}, {"kind", "Namespace"}})
                       .with_path({"metadata", "name"}, Value(ns));
    const ApiResponse response = sync_.api.handle(request);
    if (response.ok()) return true;
    results_["namespace"] =
        result_of(request.body, {"SyncFailed", "Failed", std::string(response.message())});
    return false;
  }

  [[nodiscard]] ApiRequest write(Verb verb, std::string resource, std::string ns) const {
    ApiRequest out;
    out.verb = verb;
    out.resource = std::move(resource);
    out.ns = std::move(ns);
    out.user = sync_.user;
    out.field_manager = kManager;
    out.field_validation = FieldValidation::kStrict;
    return out;
  }

  Outcome apply(const ApplicationResource& task) {
    DesiredObject desired = task.desired;
    if (desired.kind == nullptr) {
      const std::string kind = desired.object["kind"].str();
      return {"SyncFailed", "Failed",
              fmt::format("The Kubernetes API could not find {}/{} for requested resource {}/{}. "
                          "Make sure the \"{}\" CRD is installed on the destination cluster.",
                          group_version(desired.object).first, kind, desired.key.ns,
                          desired.key.name, kind)};
    }
    const std::string resource = desired.kind->resource();
    ApiRequest request = write(Verb::kCreate, resource, desired.key.ns);
    request.version = std::string(desired.kind->version);
    if (task.live == nullptr) {
      request.body = as_applied(desired, Value::object());
      return outcome_of(sync_.api.handle(request), desired, "created");
    }
    const Value live = live_in(*desired.kind, task.live->document);
    if (sync_.spec.respects_ignored) {
      desired.object = with_pointers_of(desired.object, live, task.ignored);
    }
    // kubectl sends a strategic merge patch; this one leaves the object in the same state.
    request.body = merge_patch_between(live, as_applied(desired, live));
    if (request.body.empty()) return outcome_of({}, desired, "unchanged");
    request.verb = Verb::kPatch;
    request.patch_type = PatchType::kMerge;
    request.name = desired.key.name;
    return outcome_of(sync_.api.handle(request), desired, "configured");
  }

  static Outcome outcome_of(const ApiResponse& response, const DesiredObject& desired,
                            std::string_view done) {
    if (!response.ok()) return {"SyncFailed", "Failed", std::string(response.message())};
    const Kind& kind = *desired.kind;
    return {"Synced", "Running",
            fmt::format("{}{}{}/{} {}", kind.singular, kind.group.empty() ? "" : ".", kind.group,
                        desired.key.name, done)};
  }

  Outcome prune(const ApplicationResource& task) {
    if (!sync_.operation["sync"]["prune"].as_bool()) {
      return {"PruneSkipped", "Succeeded", "ignored (requires pruning)"};
    }
    if (sync_.spec.keeps_extra || has_sync_option(task.live->document, "Prune=false")) {
      return {"PruneSkipped", "Succeeded", "ignored (no prune)"};
    }
    ApiRequest request = write(Verb::kDelete, task.desired.key.resource, task.desired.key.ns);
    request.name = task.desired.key.name;
    request.propagation = sync_.spec.prune_propagation == "background" ? Propagation::kBackground
                          : sync_.spec.prune_propagation == "orphan"   ? Propagation::kOrphan
                                                                       : Propagation::kForeground;
    const ApiResponse response = sync_.api.handle(request);
    if (response.ok() || response.code == 404) return {"Pruned", "Succeeded", "pruned"};
    return {"SyncFailed", "Failed", std::string(response.message())};
  }

  [[nodiscard]] SyncProgress progress(std::string phase, std::string message) const {
    Value::Array results;
    for (const auto& [id, result] : results_) results.push_back(result);
    return {std::move(phase), std::move(message), Value::array(std::move(results))};
  }

  const ApplicationSync& sync_;
  const ApplicationState& state_;
  std::vector<const ApplicationResource*> tasks_;  // in order
  std::map<std::string, Value> results_;
};

}  // namespace

SyncProgress sync_step(const ApplicationSync& sync, const ApplicationState& state,
                       const Value& results) {
  return Step(sync, state, results).take();
}

}  // namespace inferlab::sim
