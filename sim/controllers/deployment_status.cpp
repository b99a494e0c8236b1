#include "sim/controllers/deployment_status.h"

#include <fmt/format.h>

#include <algorithm>
#include <limits>
#include <optional>

#include "sim/api/conditions.h"
#include "sim/api/views.h"
#include "sim/controllers/deployment_math.h"
#include "sim/controllers/pod_state.h"

namespace inferlab::sim {
namespace {

// The subject of a message on progress: the new ReplicaSet once there is one.
std::string subject(const StoredObject& deployment, const StoredObject* new_set) {
  if (new_set != nullptr) return fmt::format("ReplicaSet \"{}\"", new_set->key.name);
  return fmt::format("Deployment \"{}\"", deployment.key.name);
}

bool is_progressing(const Value& old_status, const Value& status) {
  const auto count = [](const Value& of, const char* field) { return of[field].as_int(); };
  const auto old_pods = [&count](const Value& of) {
    return count(of, "replicas") - count(of, "updatedReplicas");
  };
  return count(status, "updatedReplicas") > count(old_status, "updatedReplicas") ||
         old_pods(status) < old_pods(old_status) ||
         count(status, "readyReplicas") > count(old_status, "readyReplicas") ||
         count(status, "availableReplicas") > count(old_status, "availableReplicas");
}

bool is_timed_out(const StoredObject& deployment, Time now) {
  const Value& condition = condition_of(deployment.document, "Progressing");
  if (condition.is_null()) return false;
  const std::string_view reason = condition["reason"].as_string();
  // A rollout that ended well does not time out later, when Pods fail.
  if (reason == kNewSetAvailable) return false;
  if (reason == kTimedOut) return true;
  const std::optional<Time> since = parse_rfc3339(condition["lastUpdateTime"].as_string());
  const Duration deadline =
      seconds_capped(deployment.view<DeploymentView>().progress_deadline_seconds);
  return since && *since + deadline < now;
}

Value with_failures(const Value& conditions, std::span<const ObjectPtr> all,
                    const StoredObject* new_set) {
  Value failure = new_set == nullptr ? Value() : condition_of(new_set->document, "ReplicaFailure");
  for (const ObjectPtr& set : all) {
    if (failure.is_null()) failure = condition_of(set->document, "ReplicaFailure");
  }
  if (failure.is_null()) return remove_deployment_condition(conditions, "ReplicaFailure");
  const Time when = parse_rfc3339(failure["lastTransitionTime"].as_string()).value_or(Time());
  return set_deployment_condition(conditions, "ReplicaFailure", failure["status"].as_string(),
                                  failure["reason"].as_string(), failure["message"].as_string(),
                                  when);
}

}  // namespace

bool has_progress_deadline(const StoredObject& deployment) {
  return deployment.view<DeploymentView>().progress_deadline_seconds !=
         std::numeric_limits<std::int32_t>::max();
}

Value remove_deployment_condition(const Value& conditions, std::string_view type) {
  if (find_condition(conditions, type).is_null()) return conditions;
  Value::Array left;
  for (const Value& condition : conditions.items()) {
    if (condition["type"].as_string() != type) left.push_back(condition);
  }
  return Value::array(std::move(left));
}

Value set_deployment_condition(const Value& conditions, std::string_view type,
                               std::string_view status, std::string_view reason,
                               std::string_view message, Time now) {
  const Value& old = find_condition(conditions, type);
  const bool same_status = old["status"].as_string() == status;
  if (same_status && old["reason"].as_string() == reason) return conditions;
  const Value stamp(format_rfc3339(now));
  const Value condition =
      Value::object({{"type", type},
                     {"status", status},
                     {"reason", reason},
                     {"message", message},
                     {"lastUpdateTime", stamp},
                     {"lastTransitionTime", same_status ? old["lastTransitionTime"] : stamp}});
  return remove_deployment_condition(conditions, type).appended(condition);
}

Value deployment_status(const StoredObject& deployment, std::span<const ObjectPtr> all,
                        const StoredObject* new_set, Time now) {
  const DeploymentView& view = deployment.view<DeploymentView>();
  std::int64_t replicas = 0;
  std::int64_t ready = 0;
  for (const ObjectPtr& set : all) {
    replicas += set->view<ReplicaSetView>().status_replicas;
    ready += set->view<ReplicaSetView>().status_ready_replicas;
  }
  const std::int64_t available = total_available(all);
  const std::int64_t unavailable = std::max<std::int64_t>(0, total_replicas(all) - available);
  const std::int64_t updated =
      new_set == nullptr ? 0 : new_set->view<ReplicaSetView>().status_replicas;

  const Value& old = deployment.document["status"];
  Value conditions = old["conditions"];
  if (available >= view.replicas - max_unavailable(view)) {
    conditions =
        set_deployment_condition(conditions, "Available", "True", "MinimumReplicasAvailable",
                                 "Deployment has minimum availability.", now);
  } else {
    conditions =
        set_deployment_condition(conditions, "Available", "False", "MinimumReplicasUnavailable",
                                 "Deployment does not have minimum availability.", now);
  }
  Value status = Value::object({{"conditions", conditions}});
  const auto put = [&status](const char* field, std::int64_t count) {
    if (count != 0) status = status.with(field, count);
  };
  put("observedGeneration", view.meta.generation);
  put("replicas", replicas);
  put("updatedReplicas", updated);
  put("readyReplicas", ready);
  put("availableReplicas", available);
  put("unavailableReplicas", unavailable);
  put("collisionCount", old["collisionCount"].as_int());
  return status;
}

Value rollout_status(const StoredObject& deployment, std::span<const ObjectPtr> all,
                     const StoredObject* new_set, Time now) {
  Value status = deployment_status(deployment, all, new_set, now);
  Value conditions = status["conditions"];
  const Value& current = condition_of(deployment.document, "Progressing");
  const bool deadline = has_progress_deadline(deployment);
  if (!deadline) conditions = remove_deployment_condition(conditions, "Progressing");
  // Once a rollout has ended well, condition Progressing rests until the next one.
  const bool rests = status["replicas"] == status["updatedReplicas"] &&
                     current["reason"].as_string() == kNewSetAvailable;
  if (deadline && !rests) {
    const std::string who = subject(deployment, new_set);
    if (is_complete(deployment, status)) {
      conditions =
          set_deployment_condition(conditions, "Progressing", "True", kNewSetAvailable,
                                   fmt::format("{} has successfully progressed.", who), now);
    } else if (is_progressing(deployment.document["status"], status)) {
      // Each step of progress renews lastUpdateTime, from which the deadline counts.
      const bool was_true = current["status"].as_string() == "True";
      conditions = remove_deployment_condition(conditions, "Progressing");
      conditions = set_deployment_condition(conditions, "Progressing", "True", "ReplicaSetUpdated",
                                            fmt::format("{} is progressing.", who), now);
      if (was_true) {
        Value renewed = find_condition(conditions, "Progressing")
                            .with("lastTransitionTime", current["lastTransitionTime"]);
        conditions = set_condition(conditions, renewed);
      }
    } else if (is_timed_out(deployment, now)) {
      conditions = set_deployment_condition(conditions, "Progressing", "False", kTimedOut,
                                            fmt::format("{} has timed out progressing.", who), now);
    }
  }
  return status.with("conditions", with_failures(conditions, all, new_set));
}

bool is_complete(const StoredObject& deployment, const Value& status) {
  const DeploymentView& view = deployment.view<DeploymentView>();
  return status["updatedReplicas"].as_int() == view.replicas &&
         status["replicas"].as_int() == view.replicas &&
         status["availableReplicas"].as_int() == view.replicas &&
         status["observedGeneration"].as_int() >= view.meta.generation;
}

std::optional<Duration> until_deadline(const StoredObject& deployment, const Value& status,
                                       Time now) {
  const Value& condition = find_condition(status["conditions"], "Progressing");
  if (!has_progress_deadline(deployment) || condition.is_null()) return std::nullopt;
  if (is_complete(deployment, status) || condition["reason"].as_string() == kTimedOut) {
    return std::nullopt;
  }
  const Time since = parse_rfc3339(condition["lastUpdateTime"].as_string()).value_or(now);
  const Duration deadline =
      seconds_capped(deployment.view<DeploymentView>().progress_deadline_seconds);
  // Stamps are whole seconds: one more makes sure that the deadline has passed by then.
  return std::max<Duration>(since + deadline - now, Duration::zero()) + 1s;
}

}  // namespace inferlab::sim
