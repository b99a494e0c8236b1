// The part of a look at a Rollout that makes ReplicaSets, numbers and sizes them.
#include "sim/controllers/rollout_sync.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>

#include "sim/api/conditions.h"
#include "sim/api/views.h"
#include "sim/controllers/controller.h"
#include "sim/controllers/deployment_math.h"
#include "sim/controllers/deployment_status.h"
#include "sim/controllers/pod_creation.h"

namespace inferlab::sim {
namespace {

constexpr std::string_view kHistory = "rollout.argoproj.io/revision-history";

// Annotations of a Rollout that are its own and no ReplicaSet's.
constexpr std::array<std::string_view, 5> kOwn = {
    "kubectl.kubernetes.io/last-applied-configuration", kRolloutRevision, kHistory,
    kRolloutDesiredReplicas, "notified.notifications.argoproj.io"};

/// A missing Service, template or another mistake may be put right at any time.
constexpr Duration kLookAgainAtFault = 20s;

std::string_view hash_of(const StoredObject& set) {
  return set.document["metadata"]["labels"][kRolloutHash].as_string();
}

bool older(const ObjectPtr& a, const ObjectPtr& b) {
  const std::string_view left = a->document["metadata"]["creationTimestamp"].as_string();
  const std::string_view right = b->document["metadata"]["creationTimestamp"].as_string();
  return left != right ? left < right : a->key.name < b->key.name;
}

}  // namespace

std::int64_t rollout_revision(const StoredObject& object) {
  return std::max<std::int64_t>(0, annotation_number(object, kRolloutRevision));
}

RolloutSync::RolloutSync(const Context& context, ObjectPtr rollout)
    : context_(context), rollout_(std::move(rollout)), spec_(rollout_spec(rollout_->document)) {}

Result<std::optional<Duration>> RolloutSync::sync() {
  if (document()["metadata"].has("deletionTimestamp")) return again_;
  find_sets();
  find_runs();
  if (const std::string fault = rollout_fault(store(), *rollout_); !fault.empty()) {
    INFERLAB_TRY_VOID(report_invalid(fault));
    return again_;
  }
  if (new_ == nullptr) {
    INFERLAB_TRY_VOID(create_new_set());
    return again_;
  }
  if (!document()["spec"].has("replicas")) {
    // Whoever scales a Rollout by its scale subresource needs the field.
    const Value patch = Value::object().with_path({"spec", "replicas"}, spec_.replicas);
    INFERLAB_TRY_VOID(accepted(context_.api.merge_patch(rollout_->key, "", patch, context_.user),
                               rollout_->key.name));
    return again_;
  }
  const ObjectPtr before = rollout_;
  INFERLAB_TRY_VOID(mark_pauses());
  if (rollout_ != before) return again_;  // its change brings it back
  if (is_fully_promoted() && status()["abort"].as_bool()) removes_abort_ = true;
  INFERLAB_TRY_VOID(sync_revision());
  INFERLAB_TRY_VOID(is_scaling() ? scale_only() : canary());
  return again_;
}

void RolloutSync::look_again_after(Duration delay) {
  again_ = again_ ? std::min(*again_, delay) : delay;
}

void RolloutSync::find_sets() {
  new_ = stable_ = nullptr;
  others_.clear();
  std::vector<ObjectPtr> sets;
  for (const ObjectKey& key :
       context_.index.dependents(document()["metadata"]["uid"].as_string())) {
    const ObjectPtr set = key.resource == "replicasets.apps" ? store().get(key) : nullptr;
    if (set != nullptr) sets.push_back(set);
  }
  std::sort(sets.begin(), sets.end(), older);
  const std::string hash =
      template_hash(document()["spec"]["template"], status()["collisionCount"].as_int());
  const std::string_view stable = status()["stableRS"].as_string();
  for (const ObjectPtr& set : sets) {
    if (new_ == nullptr && hash_of(*set) == hash) new_ = set;
    if (stable_ == nullptr && !stable.empty() && hash_of(*set) == stable) stable_ = set;
  }
  for (const ObjectPtr& set : sets) {
    if (set != new_ && set != stable_) others_.push_back(set);
  }
}

Value RolloutSync::inherited_annotations() const {
  Value::Object out;
  for (const auto& [name, value] : document()["metadata"]["annotations"].members()) {
    if (std::find(kOwn.begin(), kOwn.end(), name) == kOwn.end()) out.push_back({name, value});
  }
  return Value::object(std::move(out));
}

Result<void> RolloutSync::create_new_set() {
  std::int64_t revision = stable_ == nullptr ? 0 : rollout_revision(*stable_);
  for (const ObjectPtr& set : others_) revision = std::max(revision, rollout_revision(*set));
  ++revision;
  const Value& spec = document()["spec"];
  const std::int64_t collisions = status()["collisionCount"].as_int();
  const std::string hash = template_hash(spec["template"], collisions);
  const std::string name = fmt::format("{}-{}", rollout_->key.name, hash);
  const Value pod_template =
      spec["template"].with_path({"metadata", "labels", kRolloutHash}, Value(hash));
  const Value annotations = inherited_annotations()
                                .with(kRolloutRevision, std::to_string(revision))
                                .with(kRolloutDesiredReplicas, std::to_string(spec_.replicas));
  const Value metadata =
      Value::object({{"name", Value(name)},
                     {"namespace", Value(rollout_->key.ns)},
                     {"labels", pod_template["metadata"]["labels"]},
                     {"annotations", annotations},
                     {"ownerReferences", Value::array({controller_reference(*rollout_)})}});
  Value set = Value::object(
      {{"replicas", 0},
       {"selector", spec["selector"].with_path({"matchLabels", kRolloutHash}, Value(hash))},
       {"template", pod_template}});
  if (spec_.min_ready_seconds != 0) set = set.with("minReadySeconds", spec_.min_ready_seconds);
  const ApiResponse response = context_.api.create("replicasets.apps", rollout_->key.ns,
                                                   Value::object({{"apiVersion", "apps/v1"},
                                                                  {"kind", "ReplicaSet"},
                                                                  {"metadata", metadata},
                                                                  {"spec", set}}),
                                                   context_.user);
  if (!response.ok()) return report_refused_set(name, response);
  INFERLAB_TRY_VOID(record_revision(std::to_string(revision)));
  context_.events.normal(*rollout_, "NewReplicaSetCreated",
                         fmt::format("Created ReplicaSet {} (revision {})", name, revision));
  const Value conditions = set_deployment_condition(
      status()["conditions"], "Progressing", "True", "NewReplicaSetCreated",
      fmt::format("Created new replica set \"{}\"", name), now());
  return write_status(status().with("conditions", conditions));
}

Result<void> RolloutSync::report_refused_set(const std::string& name, const ApiResponse& response) {
  if (response.code == 409) {
    // Somebody else's ReplicaSet has this name: another hash next time.
    const std::int64_t collisions = status()["collisionCount"].as_int();
    INFERLAB_TRY_VOID(write_status(status().with("collisionCount", collisions + 1)));
  } else if (response.code == 422) {
    // The real controller validates the template itself, by the same rules.
    const Value& cause = response.body["details"]["causes"][std::size_t{0}];
    return report_invalid(
        fmt::format("{}: {}", cause["field"].as_string(), cause["message"].as_string()));
  } else if (!is_refused_by_ending_namespace(response)) {
    const std::string message =
        fmt::format("Failed to create new replica set \"{}\": {}", name, response.message());
    context_.events.warning(*rollout_, "ReplicaSetCreateError", message);
    INFERLAB_TRY_VOID(write_status(status().with(
        "conditions", set_deployment_condition(status()["conditions"], "Progressing", "False",
                                               "ReplicaSetCreateError", message, now()))));
  }
  return Error{response.code == 409 ? ErrorKind::kConflict : ErrorKind::kInvalid,
               fmt::format("{}: {}", name, response.message())};
}

Result<void> RolloutSync::record_revision(const std::string& revision) {
  if (document()["metadata"]["annotations"][kRolloutRevision].as_string() == revision) return {};
  const Value patch =
      Value::object().with_path({"metadata", "annotations", kRolloutRevision}, Value(revision));
  INFERLAB_TRY_VOID(accepted(context_.api.merge_patch(rollout_->key, "", patch, context_.user),
                             rollout_->key.name));
  rollout_ = store().get(rollout_->key);
  context_.events.normal(*rollout_, "RolloutUpdated",
                         fmt::format("Rollout updated to revision {}", revision));
  return {};
}

Result<void> RolloutSync::sync_revision() {
  std::int64_t latest = 0;
  for (const ObjectPtr& set : others_) latest = std::max(latest, rollout_revision(*set));
  if (stable_ != nullptr && stable_ != new_) latest = std::max(latest, rollout_revision(*stable_));
  // A template that comes back makes its old ReplicaSet the newest revision.
  const std::int64_t before = rollout_revision(*new_);
  const std::int64_t revision = std::max(before, latest + 1);
  const Value& present = new_->document["metadata"]["annotations"];
  Value::Object changed;
  const Value inherited = inherited_annotations();
  for (const auto& [name, value] : inherited.members()) {
    if (!(present[name] == value)) changed.push_back({name, value});
  }
  if (revision != before)
    changed.push_back({std::string(kRolloutRevision), std::to_string(revision)});
  if (!changed.empty() && before > 0) {
    const std::string_view history = present[kHistory].as_string();
    changed.push_back({std::string(kHistory), history.empty()
                                                  ? std::to_string(before)
                                                  : fmt::format("{},{}", history, before)});
  }
  Value patch = Value::object();
  if (!changed.empty()) {
    patch = patch.with_path({"metadata", "annotations"}, Value::object(std::move(changed)));
  }
  if (new_->view<ReplicaSetView>().min_ready_seconds != spec_.min_ready_seconds) {
    patch = patch.with_path({"spec", "minReadySeconds"}, spec_.min_ready_seconds);
  }
  if (!patch.empty()) {
    INFERLAB_TRY_VOID(
        accepted(context_.api.merge_patch(new_->key, "", patch, context_.user), new_->key.name));
    find_sets();
  }
  INFERLAB_TRY_VOID(record_revision(std::to_string(revision)));
  if (!find_condition(status()["conditions"], "Progressing").is_null()) return {};
  const Value conditions =
      set_deployment_condition(status()["conditions"], "Progressing", "True", "FoundNewReplicaSet",
                               fmt::format("Found new replica set \"{}\"", new_->key.name), now());
  return write_status(status().with("conditions", conditions));
}

bool RolloutSync::is_scaling() const {
  for (const ObjectPtr& set : {new_, stable_}) {
    if (set == nullptr || set->view<ReplicaSetView>().replicas == 0) continue;
    const std::int64_t noted = annotation_number(*set, kRolloutDesiredReplicas);
    if (noted >= 0 && noted != spec_.replicas) return true;
  }
  return false;
}

Result<void> RolloutSync::scale_only() {
  INFERLAB_TRY_VOID(reconcile_sets());
  find_sets();
  Value fresh = status();
  // The runs of its analyses go on: a look that only scales forgets none of them.
  if (fresh["canary"].is_object()) canary_status_ = fresh["canary"];
  std::int64_t available = 0, replicas = 0;
  std::vector<ObjectPtr> all = others_;
  if (new_ != nullptr) all.push_back(new_);
  if (has_stable_set()) all.push_back(stable_);
  for (const ObjectPtr& set : all) {
    available += set->view<ReplicaSetView>().status_available_replicas;
    replicas += set->view<ReplicaSetView>().status_replicas;
  }
  fresh = available == 0 ? fresh.without("availableReplicas")
                         : fresh.with("availableReplicas", available);
  fresh = replicas == 0 ? fresh.without("HPAReplicas") : fresh.with("HPAReplicas", replicas);
  return persist(std::move(fresh));
}

Result<bool> RolloutSync::resize(ObjectPtr& set, std::int64_t size) {
  const std::int64_t before = set->view<ReplicaSetView>().replicas;
  const bool is_noted = annotation_number(*set, kRolloutDesiredReplicas) == spec_.replicas;
  if (before == size && is_noted) return false;
  const Value patch = Value::object()
                          .with_path({"metadata", "annotations", kRolloutDesiredReplicas},
                                     Value(std::to_string(spec_.replicas)))
                          .with_path({"spec", "replicas"}, size);
  INFERLAB_TRY_VOID(
      accepted(context_.api.merge_patch(set->key, "", patch, context_.user), set->key.name));
  set = store().get(set->key);
  if (before == size) return false;
  context_.events.normal(*rollout_, "ScalingReplicaSet",
                         fmt::format("Scaled {} ReplicaSet {} (revision {}) from {} to {}",
                                     before < size ? "up" : "down", set->key.name,
                                     rollout_revision(*set), before, size));
  return true;
}

Result<void> RolloutSync::drop_old_sets() {
  const auto too_many = static_cast<std::int64_t>(others_.size()) - spec_.revision_history_limit;
  for (std::int64_t i = 0; i < too_many; ++i) {
    const ObjectPtr& set = others_[static_cast<std::size_t>(i)];
    const ReplicaSetView& view = set->view<ReplicaSetView>();
    const bool is_settled =
        set->document["status"]["observedGeneration"].as_int() >= view.meta.generation;
    if (view.status_replicas != 0 || view.replicas != 0 || !is_settled) continue;
    const ApiResponse response = context_.api.remove(set->key, context_.user);
    if (response.code != 404) INFERLAB_TRY_VOID(accepted(response, set->key.name));
    for (const ObjectPtr& run : other_runs_) {
      if (hash_of(*run) != hash_of(*set)) continue;
      const ApiResponse gone = context_.api.remove(run->key, context_.user);
      if (gone.code != 404) INFERLAB_TRY_VOID(accepted(gone, run->key.name));
    }
  }
  if (too_many > 0) {
    find_sets();
    find_runs();
  }
  return {};
}

Result<void> RolloutSync::report_invalid(const std::string& fault) {
  look_again_after(kLookAgainAtFault);
  const std::string message =
      fmt::format("The Rollout \"{}\" is invalid: {}", rollout_->key.name, fault);
  Value conditions = status()["conditions"];
  if (find_condition(conditions, "InvalidSpec")["message"].as_string() != message) {
    conditions = remove_deployment_condition(conditions, "InvalidSpec");
    conditions =
        set_deployment_condition(conditions, "InvalidSpec", "True", "InvalidSpec", message, now());
  }
  Value fresh = status()
                    .with("conditions", conditions)
                    .with("observedGeneration",
                          Value(std::to_string(document()["metadata"]["generation"].as_int())));
  const RolloutPhase phase = rollout_phase(spec_, fresh);
  return write_status(
      fresh.with("phase", Value(phase.phase)).with("message", Value(phase.message)));
}

Result<void> RolloutSync::write_status(const Value& fresh) {
  Value whole = fresh;
  // Go prints structures though they are empty.
  for (const char* part : {"blueGreen", "canary"}) {
    if (!whole.has(part)) whole = whole.with(part, Value::object());
  }
  if (status() == whole) return {};
  INFERLAB_TRY_VOID(accepted(
      context_.api.update_status(kRollouts, document().with("status", whole), context_.user),
      rollout_->key.name));
  rollout_ = store().get(rollout_->key);
  return {};
}

}  // namespace inferlab::sim
