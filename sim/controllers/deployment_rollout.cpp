#include "sim/controllers/deployment_rollout.h"

#include <fmt/format.h>

#include <algorithm>

#include "sim/controllers/controller.h"
#include "sim/controllers/deployment_math.h"
#include "sim/controllers/deployment_status.h"
#include "sim/controllers/pod_state.h"

namespace inferlab::sim {
namespace {

constexpr std::string_view kSets = "replicasets.apps";

Value without_hash(const Value& pod_template) {
  return pod_template.without_path({"metadata", "labels", kTemplateHash});
}

// Oldest first; names decide between those of one second.
bool older(const ObjectPtr& a, const ObjectPtr& b) {
  const MetaView& x = a->view<ReplicaSetView>().meta;
  const MetaView& y = b->view<ReplicaSetView>().meta;
  return x.created != y.created ? x.created < y.created : x.name < y.name;
}

std::int64_t size_of(const ObjectPtr& set) {
  return set->view<ReplicaSetView>().replicas;
}

}  // namespace

Rollout::Rollout(const Context& context, ObjectPtr deployment)
    : context_(context), deployment_(std::move(deployment)) {}

Result<std::optional<Duration>> Rollout::sync() {
  // A selector that matches everything would take all Pods of the namespace.
  if (deployment_->document["spec"]["selector"].empty()) {
    context_.events.warning(*deployment_, "SelectingAll",
                            "This deployment is selecting all pods. A non-empty selector is "
                            "required.");
    return std::optional<Duration>();
  }
  const bool deleting = view().meta.deletion_timestamp.has_value();
  if (!deleting) claim_sets();
  find_sets();
  if (deleting) {
    const std::vector<ObjectPtr> all = all_sets();
    INFERLAB_TRY_VOID(write_status(deployment_status(*deployment_, all, new_set(), now())));
    return std::optional<Duration>();
  }
  INFERLAB_TRY_VOID(mark_paused());
  if (view().paused || is_scaling()) return scale_only();
  return view().recreate ? recreate() : rolling_update();
}

// Adopts what matches and is free, lets go of what matches no longer.
void Rollout::claim_sets() {
  // Noted first, written then: a write changes the index that is being walked through.
  std::vector<std::pair<ObjectKey, Value>> writes;
  for (const ObjectPtr& set : context_.api.store().list(kSets, deployment_->key.ns)) {
    const MetaView& meta = set->view<ReplicaSetView>().meta;
    if (meta.deletion_timestamp) continue;
    const OwnerReference* owner = meta.controller();
    const bool matches = view().selector.matches(meta.labels);
    const Value& owners = set->document["metadata"]["ownerReferences"];
    if (owner == nullptr && matches) {
      writes.emplace_back(set->key, owners.appended(controller_reference(*deployment_)));
    } else if (owner != nullptr && owner->uid == view().meta.uid && !matches) {
      Value::Array left = owners.items();
      std::erase_if(left,
                    [owner](const Value& one) { return one["uid"].as_string() == owner->uid; });
      writes.emplace_back(set->key, left.empty() ? Value() : Value::array(std::move(left)));
    }
  }
  for (const auto& [key, owners] : writes) {
    // Refused only when the set has changed hands meanwhile; the next look finds out.
    static_cast<void>(context_.api.merge_patch(
        key, "", Value::object({{"metadata", Value::object({{"ownerReferences", owners}})}}),
        context_.user));
  }
}

void Rollout::find_sets() {
  new_ = nullptr;
  old_.clear();
  for (const ObjectKey& key : context_.index.dependents(view().meta.uid)) {
    if (key.resource != kSets) continue;
    ObjectPtr set = context_.api.store().get(key);
    const OwnerReference* owner = set->view<ReplicaSetView>().meta.controller();
    if (owner != nullptr && owner->uid == view().meta.uid) old_.push_back(std::move(set));
  }
  std::sort(old_.begin(), old_.end(), older);
  const Value wanted = without_hash(view().pod_template);
  const auto found = std::find_if(old_.begin(), old_.end(), [&wanted](const ObjectPtr& set) {
    return without_hash(set->view<ReplicaSetView>().pod_template) == wanted;
  });
  if (found == old_.end()) return;
  new_ = *found;
  old_.erase(found);
}

std::vector<ObjectPtr> Rollout::all_sets() const {
  std::vector<ObjectPtr> all = old_;
  if (new_ != nullptr) all.push_back(new_);
  return all;
}

bool Rollout::is_scaling() const {
  for (const ObjectPtr& set : all_sets()) {
    const std::int64_t desired = annotation_number(*set, kDesiredReplicas);
    if (size_of(set) > 0 && desired >= 0 && desired != view().replicas) return true;
  }
  return false;
}

Result<std::optional<Duration>> Rollout::rolling_update() {
  INFERLAB_TRY_VOID(sync_revision(/*create=*/true));
  INFERLAB_TRY(const bool up, scale_new_set());
  if (up) return write_rollout_status();
  INFERLAB_TRY(const bool down, scale_old_sets());
  if (down) return write_rollout_status();
  if (is_complete(*deployment_, deployment_->document["status"])) {
    INFERLAB_TRY_VOID(clean_up_history());
  }
  return write_rollout_status();
}

Result<std::optional<Duration>> Rollout::recreate() {
  INFERLAB_TRY_VOID(sync_revision(/*create=*/false));
  INFERLAB_TRY(const bool down, scale_all_old_to_zero());
  if (down) return write_rollout_status();
  for (const ObjectPtr& set : old_) {
    for (const ObjectKey& key : context_.index.dependents(set->view<ReplicaSetView>().meta.uid)) {
      if (key.resource != "pods") continue;
      // A Pod that is still terminating holds its GPU: the new ones wait for it.
      if (!context_.api.store().get(key)->view<PodView>().terminal()) {
        return write_rollout_status();
      }
    }
  }
  INFERLAB_TRY_VOID(sync_revision(/*create=*/true));
  INFERLAB_TRY_VOID(scale_to(new_, view().replicas));
  if (is_complete(*deployment_, deployment_->document["status"])) {
    INFERLAB_TRY_VOID(clean_up_history());
  }
  return write_rollout_status();
}

Result<std::optional<Duration>> Rollout::scale_only() {
  INFERLAB_TRY_VOID(sync_revision(/*create=*/false));
  INFERLAB_TRY_VOID(spread_scaling());
  if (view().paused) {
    INFERLAB_TRY_VOID(clean_up_history());
  }
  const std::vector<ObjectPtr> all = all_sets();
  INFERLAB_TRY_VOID(write_status(deployment_status(*deployment_, all, new_set(), now())));
  return std::optional<Duration>();
}

Result<bool> Rollout::scale_new_set() {
  const std::int64_t size = size_of(new_);
  if (size == view().replicas) return false;
  if (size > view().replicas) return scale_to(new_, view().replicas);
  return scale_to(new_, new_set_size(view(), size, total_replicas(all_sets())));
}

Result<bool> Rollout::scale_old_sets() {
  if (total_replicas(old_) == 0) return false;
  const std::int64_t min_available = view().replicas - max_unavailable(view());
  const std::int64_t new_unavailable =
      size_of(new_) - new_->view<ReplicaSetView>().status_available_replicas;
  const std::int64_t spare = total_replicas(all_sets()) - min_available - new_unavailable;
  if (spare <= 0) return false;
  // Old Pods that do not work serve nobody: they go first, and cannot block the rollout.
  INFERLAB_TRY(const std::int64_t dropped, drop_unhealthy(spare));

  std::int64_t removed = 0;
  const std::int64_t removable = total_available(all_sets()) - min_available;
  const std::vector<ObjectPtr> sets = old_;
  for (const ObjectPtr& set : sets) {
    if (removed >= removable) break;
    if (size_of(set) == 0) continue;
    const std::int64_t part = std::min(size_of(set), removable - removed);
    INFERLAB_TRY_VOID(scale_to(set, size_of(set) - part));
    removed += part;
  }
  return dropped + removed > 0;
}

Result<std::int64_t> Rollout::drop_unhealthy(std::int64_t at_most) {
  std::int64_t dropped = 0;
  const std::vector<ObjectPtr> sets = old_;
  for (const ObjectPtr& set : sets) {
    if (dropped >= at_most) break;
    const std::int64_t unhealthy =
        size_of(set) - set->view<ReplicaSetView>().status_available_replicas;
    // A negative number: the set's status is not up to date yet.
    if (size_of(set) == 0 || unhealthy <= 0) continue;
    const std::int64_t part = std::min(at_most - dropped, unhealthy);
    INFERLAB_TRY_VOID(scale_to(set, size_of(set) - part));
    dropped += part;
  }
  return dropped;
}

Result<bool> Rollout::scale_all_old_to_zero() {
  bool any = false;
  const std::vector<ObjectPtr> sets = old_;
  for (const ObjectPtr& set : sets) {
    if (size_of(set) == 0) continue;
    INFERLAB_TRY_VOID(scale_to(set, 0));
    any = true;
  }
  return any;
}

Result<void> Rollout::spread_scaling() {
  // The one ReplicaSet with Pods, or without any the latest, takes the whole change.
  std::vector<ObjectPtr> active = all_sets();
  std::erase_if(active, [](const ObjectPtr& set) { return size_of(set) == 0; });
  if (active.size() <= 1) {
    ObjectPtr only = active.empty() ? new_ : active.front();
    if (only == nullptr && !old_.empty()) only = old_.back();
    if (only == nullptr || size_of(only) == view().replicas) return {};
    INFERLAB_TRY_VOID(scale_to(only, view().replicas));
    return {};
  }
  const bool saturated = new_ != nullptr && size_of(new_) == view().replicas &&
                         annotation_number(*new_, kDesiredReplicas) == view().replicas &&
                         new_->view<ReplicaSetView>().status_available_replicas == view().replicas;
  if (saturated) {
    INFERLAB_TRY_VOID(scale_all_old_to_zero());
    return {};
  }
  if (view().recreate) return {};

  const std::int64_t allowed = view().replicas > 0 ? view().replicas + max_surge(view()) : 0;
  const bool growing = allowed > total_replicas(active);
  // By size; when growing the newest of one size first, when shrinking the oldest.
  std::stable_sort(active.begin(), active.end(), [growing](const ObjectPtr& a, const ObjectPtr& b) {
    if (size_of(a) != size_of(b)) return size_of(a) > size_of(b);
    return growing ? older(b, a) : older(a, b);
  });
  const std::vector<std::int64_t> sizes =
      proportional_sizes(view(), deployment_->document["status"]["replicas"].as_int(), active);
  for (std::size_t i = 0; i < active.size(); ++i) INFERLAB_TRY_VOID(resize(active[i], sizes[i]));
  return {};
}

Result<bool> Rollout::scale_to(const ObjectPtr& set, std::int64_t size) {
  if (size_of(set) == size) return false;
  return resize(set, size);
}

Result<bool> Rollout::resize(const ObjectPtr& set, std::int64_t size) {
  const std::int64_t before = size_of(set);
  const std::int64_t allowed = view().replicas + max_surge(view());
  const bool annotated = annotation_number(*set, kDesiredReplicas) == view().replicas &&
                         annotation_number(*set, kMaxReplicas) == allowed;
  if (before == size && annotated) return false;
  const Value annotations =
      Value::object({{std::string(kDesiredReplicas), std::to_string(view().replicas)},
                     {std::string(kMaxReplicas), std::to_string(allowed)}});
  const Value patch = Value::object({{"metadata", Value::object({{"annotations", annotations}})},
                                     {"spec", Value::object({{"replicas", size}})}});
  const ObjectKey key = set->key;
  const ApiResponse response = context_.api.merge_patch(key, "", patch, context_.user);
  INFERLAB_TRY_VOID(accepted(response, key.name));
  find_sets();
  if (before == size) return false;
  context_.events.normal(*deployment_, "ScalingReplicaSet",
                         fmt::format("Scaled {} replica set {} from {} to {}",
                                     size > before ? "up" : "down", key.name, before, size));
  return true;
}

Result<void> Rollout::clean_up_history() {
  const std::int64_t limit = view().revision_history_limit;
  std::vector<ObjectPtr> sets = old_;
  std::erase_if(sets, [](const ObjectPtr& set) {
    return set->view<ReplicaSetView>().meta.deletion_timestamp.has_value();
  });
  std::stable_sort(sets.begin(), sets.end(), [](const ObjectPtr& a, const ObjectPtr& b) {
    return revision_of(*a) < revision_of(*b);
  });
  const std::int64_t too_many = static_cast<std::int64_t>(sets.size()) - limit;
  for (std::int64_t i = 0; i < too_many; ++i) {
    const ObjectPtr& set = sets[static_cast<std::size_t>(i)];
    const ReplicaSetView& set_view = set->view<ReplicaSetView>();
    const bool settled =
        set->document["status"]["observedGeneration"].as_int() >= set_view.meta.generation;
    if (set_view.status_replicas != 0 || set_view.replicas != 0 || !settled) continue;
    const ApiResponse response = context_.api.remove(set->key, context_.user);
    if (response.code != 404) INFERLAB_TRY_VOID(accepted(response, set->key.name));
  }
  find_sets();
  return {};
}

Result<void> Rollout::mark_paused() {
  if (!has_progress_deadline(*deployment_)) return {};
  const std::string_view reason =
      condition_of(deployment_->document, "Progressing")["reason"].as_string();
  if (reason == kTimedOut) return {};
  const bool marked = reason == "DeploymentPaused";
  if (view().paused == marked) return {};
  const Value& status = deployment_->document["status"];
  const Value conditions =
      view().paused ? set_deployment_condition(status["conditions"], "Progressing", "Unknown",
                                               "DeploymentPaused", "Deployment is paused", now())
                    : set_deployment_condition(status["conditions"], "Progressing", "Unknown",
                                               "DeploymentResumed", "Deployment is resumed", now());
  return write_status(status.with("conditions", conditions));
}

Result<std::optional<Duration>> Rollout::write_rollout_status() {
  const std::vector<ObjectPtr> all = all_sets();
  const Value status = rollout_status(*deployment_, all, new_set(), now());
  INFERLAB_TRY_VOID(write_status(status));
  return until_deadline(*deployment_, status, now());
}

Result<void> Rollout::write_status(const Value& status) {
  if (deployment_->document["status"] == status) return {};
  const ApiResponse response = context_.api.update_status(
      "deployments.apps", deployment_->document.with("status", status), context_.user);
  INFERLAB_TRY_VOID(accepted(response, deployment_->key.name));
  deployment_ = context_.api.store().get(deployment_->key);
  return {};
}

}  // namespace inferlab::sim
