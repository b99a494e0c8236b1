// The part of a rollout that makes ReplicaSets and numbers them.
#include <fmt/format.h>

#include <algorithm>
#include <array>

#include "sim/controllers/controller.h"
#include "sim/controllers/deployment_math.h"
#include "sim/controllers/deployment_rollout.h"
#include "sim/controllers/deployment_status.h"
#include "sim/controllers/pod_creation.h"
#include "sim/controllers/pod_state.h"

namespace inferlab::sim {
namespace {

// Annotations of a Deployment that are its own and no ReplicaSet's.
constexpr std::array<std::string_view, 6> kOwn = {
    "kubectl.kubernetes.io/last-applied-configuration",
    kRevision,
    kRevisionHistory,
    kDesiredReplicas,
    kMaxReplicas,
    "deprecated.deployment.rollback.to"};

}  // namespace

Value Rollout::inherited_annotations() const {
  Value::Object out;
  for (const auto& [name, value] : deployment_->document["metadata"]["annotations"].members()) {
    if (std::find(kOwn.begin(), kOwn.end(), name) == kOwn.end()) out.push_back({name, value});
  }
  return Value::object(std::move(out));
}

Result<void> Rollout::sync_revision(bool create) {
  if (new_ != nullptr) return renew_new_set();
  if (create) return create_new_set();
  return {};
}

Result<void> Rollout::record_revision(std::int64_t revision) {
  const std::string text = std::to_string(revision);
  if (annotation_number(*deployment_, kRevision) == revision) return {};
  const Value annotations = Value::object({{std::string(kRevision), text}});
  // Through the status: otherwise metadata.generation would count it.
  const ApiResponse response = context_.api.merge_patch(
      deployment_->key, "status",
      Value::object({{"metadata", Value::object({{"annotations", annotations}})}}), context_.user);
  if (!response.ok()) {
    return Error{ErrorKind::kConflict,
                 fmt::format("{}: {}", deployment_->key.name, response.message())};
  }
  deployment_ = context_.api.store().get(deployment_->key);
  return {};
}

Result<void> Rollout::renew_new_set() {
  std::int64_t latest = 0;
  for (const ObjectPtr& set : old_) latest = std::max(latest, revision_of(*set));
  // A template that comes back (rollout undo) makes its old ReplicaSet the newest revision.
  const std::int64_t before = revision_of(*new_);
  const std::int64_t revision = std::max(before, latest + 1);

  const Value& present = new_->document["metadata"]["annotations"];
  Value::Object changed;
  const Value inherited = inherited_annotations();
  for (const auto& [name, value] : inherited.members()) {
    if (!(present[name] == value)) changed.push_back({name, value});
  }
  if (revision != before) {
    changed.push_back({std::string(kRevision), std::to_string(revision)});
    if (before > 0) {
      const std::string_view history = present[kRevisionHistory].as_string();
      changed.push_back(
          {std::string(kRevisionHistory),
           history.empty() ? std::to_string(before) : fmt::format("{},{}", history, before)});
    }
  }
  Value patch = Value::object();
  if (!changed.empty()) {
    patch = patch.with_path({"metadata", "annotations"}, Value::object(std::move(changed)));
  }
  if (new_->view<ReplicaSetView>().min_ready_seconds != view().min_ready_seconds) {
    patch = patch.with_path({"spec", "minReadySeconds"}, view().min_ready_seconds);
  }
  if (!patch.empty()) {
    const ApiResponse response = context_.api.merge_patch(new_->key, "", patch, context_.user);
    if (!response.ok()) {
      return Error{ErrorKind::kConflict, fmt::format("{}: {}", new_->key.name, response.message())};
    }
    find_sets();
  }
  INFERLAB_TRY_VOID(record_revision(revision));

  const Value& status = deployment_->document["status"];
  if (has_progress_deadline(*deployment_) &&
      condition_of(deployment_->document, "Progressing").is_null()) {
    const Value conditions = set_deployment_condition(
        status["conditions"], "Progressing", "True", "FoundNewReplicaSet",
        fmt::format("Found new replica set \"{}\"", new_->key.name), now());
    return write_status(status.with("conditions", conditions));
  }
  return {};
}

Result<void> Rollout::report_refused_set(const std::string& name, const ApiResponse& response) {
  const std::string message =
      fmt::format("Failed to create new replica set \"{}\": {}", name, response.message());
  if (has_progress_deadline(*deployment_)) {
    const Value& status = deployment_->document["status"];
    const Value conditions = set_deployment_condition(status["conditions"], "Progressing", "False",
                                                      "ReplicaSetCreateError", message, now());
    INFERLAB_TRY_VOID(write_status(status.with("conditions", conditions)));
  }
  context_.events.warning(*deployment_, "ReplicaSetCreateError", message);
  return {};
}

Result<void> Rollout::create_new_set() {
  std::int64_t latest = 0;
  for (const ObjectPtr& set : old_) latest = std::max(latest, revision_of(*set));
  const std::int64_t revision = latest + 1;
  const std::int64_t collisions = deployment_->document["status"]["collisionCount"].as_int();
  const std::string hash = template_hash(view().pod_template, collisions);
  const std::string name = fmt::format("{}-{}", deployment_->key.name, hash);
  const std::int64_t size = new_set_size(view(), 0, total_replicas(old_));

  const Value pod_template =
      view().pod_template.with_path({"metadata", "labels", kTemplateHash}, hash);
  const Value annotations =
      inherited_annotations()
          .with(kRevision, std::to_string(revision))
          .with(kDesiredReplicas, std::to_string(view().replicas))
          .with(kMaxReplicas, std::to_string(view().replicas + max_surge(view())));
  const Value metadata =
      Value::object({{"name", name},
                     {"namespace", deployment_->key.ns},
                     {"labels", pod_template["metadata"]["labels"]},
                     {"annotations", annotations},
                     {"ownerReferences", Value::array({controller_reference(*deployment_)})}});
  Value spec = Value::object({{"replicas", size},
                              {"selector", deployment_->document["spec"]["selector"].with_path(
                                               {"matchLabels", kTemplateHash}, hash)},
                              {"template", pod_template}});
  if (view().min_ready_seconds != 0) spec = spec.with("minReadySeconds", view().min_ready_seconds);
  const ApiResponse response = context_.api.create("replicasets.apps", deployment_->key.ns,
                                                   Value::object({{"apiVersion", "apps/v1"},
                                                                  {"kind", "ReplicaSet"},
                                                                  {"metadata", metadata},
                                                                  {"spec", spec}}),
                                                   context_.user);
  const Value& status = deployment_->document["status"];
  if (!response.ok()) {
    if (response.code == 409) {
      // Somebody else's ReplicaSet has this name: another hash next time.
      INFERLAB_TRY_VOID(write_status(status.with("collisionCount", collisions + 1)));
    } else if (!is_refused_by_ending_namespace(response)) {
      INFERLAB_TRY_VOID(report_refused_set(name, response));
    }
    return Error{response.code == 409 ? ErrorKind::kConflict : ErrorKind::kInvalid,
                 fmt::format("{}: {}", name, response.message())};
  }
  if (size > 0) {
    context_.events.normal(*deployment_, "ScalingReplicaSet",
                           fmt::format("Scaled up replica set {} from 0 to {}", name, size));
  }
  INFERLAB_TRY_VOID(record_revision(revision));
  find_sets();
  if (!has_progress_deadline(*deployment_)) return {};
  const Value& fresh = deployment_->document["status"];
  const Value conditions =
      set_deployment_condition(fresh["conditions"], "Progressing", "True", "NewReplicaSetCreated",
                               fmt::format("Created new replica set \"{}\"", name), now());
  return write_status(fresh.with("conditions", conditions));
}

}  // namespace inferlab::sim
