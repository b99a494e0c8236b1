#include "sim/controllers/statefulset_sync.h"

#include <fmt/format.h>

#include <algorithm>

#include "sim/controllers/controller.h"
#include "sim/controllers/controller_history.h"
#include "sim/controllers/deployment_math.h"
#include "sim/controllers/pod_claims.h"
#include "sim/controllers/pod_state.h"
#include "sim/controllers/statefulset_pods.h"

namespace inferlab::sim {
namespace {

constexpr std::string_view kHashLabel = "controller.kubernetes.io/hash";
// Names of revisions keep this much of the set's name.
constexpr std::size_t kLongestPrefix = 223;
// Names that are taken by other revisions; with this many something else is wrong.
constexpr int kMostCollisions = 100;

// Calls that one look waits for when the client's rate limit holds it up.
constexpr int kCallsToWaitFor = 20;

}  // namespace

StatefulSetSync::StatefulSetSync(const WorkloadContext& context, ObjectPtr set)
    : context_(context), set_(std::move(set)) {}

Result<std::optional<Duration>> StatefulSetSync::run() {
  INFERLAB_TRY_VOID(find_revisions());
  if (update_ == nullptr) return std::optional<Duration>();
  find_pods();
  counts_ = count();
  const Result<void> stepped = deleting() ? Result<void>() : step();
  INFERLAB_TRY_VOID(write_status());
  INFERLAB_TRY_VOID(truncate_history());
  INFERLAB_TRY_VOID(stepped);
  look_again_when_available();
  return again_;
}

bool StatefulSetSync::is_ready(const StoredObject& pod) const {
  const PodView& pod_view = pod.view<PodView>();
  return pod_view.phase == "Running" && pod_view.ready;
}

bool StatefulSetSync::is_available_pod(const StoredObject& pod) const {
  return is_ready(pod) &&
         is_available(pod, seconds_capped(view().min_ready_seconds), context_.now());
}

bool StatefulSetSync::is_healthy(const StoredObject& pod) const {
  return is_ready(pod) && !pod.view<PodView>().meta.deletion_timestamp;
}

const StoredObject* StatefulSetSync::pod_at(std::int64_t ordinal) const {
  const auto found = pods_.find(ordinal);
  return found == pods_.end() ? nullptr : found->second.get();
}

void StatefulSetSync::find_pods() {
  const auto belongs = [this](const PodView& pod) {
    return ordinal_of(name(), pod.meta.name) && view().selector.matches(pod.meta.labels);
  };
  for (ObjectPtr& pod : claim_pods(context_, *set_, belongs)) {
    if (const auto ordinal = ordinal_of(name(), pod->key.name)) pods_[*ordinal] = std::move(pod);
  }
}

Result<void> StatefulSetSync::find_revisions() {
  revisions_ = revisions_of(context_, *set_, view().selector);
  const Value& status = set_->document["status"];
  collisions_ = status["collisionCount"].as_int();
  const Value patch = template_patch(view().pod_template);
  const std::int64_t next = revisions_.empty() ? 1 : number_of(*revisions_.back()) + 1;
  const auto same = std::find_if(
      revisions_.rbegin(), revisions_.rend(),
      [&patch](const ObjectPtr& revision) { return revision->document["data"] == patch; });
  if (same == revisions_.rend()) {
    // What is being deleted gets no new version.
    if (deleting()) return {};
    INFERLAB_TRY(update_, create_update_revision(patch, next));
  } else if (same == revisions_.rbegin()) {
    update_ = *same;
  } else {
    INFERLAB_TRY(update_, renumber_revision(context_, **same, next));
  }
  const auto current =
      std::find_if(revisions_.begin(), revisions_.end(), [&status](const ObjectPtr& revision) {
        return revision->key.name == status["currentRevision"].as_string();
      });
  current_ = current == revisions_.end() ? update_ : *current;
  return {};
}

Result<ObjectPtr> StatefulSetSync::create_update_revision(const Value& patch, std::int64_t number) {
  const Value labels =
      view().pod_template["metadata"]["labels"].with(kHashLabel, template_hash(patch, collisions_));
  const std::string prefix(name().substr(0, kLongestPrefix));
  for (int tries = 0;; ++tries) {
    const std::string hash = template_hash(patch, collisions_);
    Result<ObjectPtr> made = create_revision(
        context_, *set_, {fmt::format("{}-{}", prefix, hash), labels, patch, number});
    const bool taken = !made && made.error().kind == ErrorKind::kConflict;
    if (!taken || tries == kMostCollisions) return made;
    ++collisions_;
  }
}

StatefulSetSync::Counts StatefulSetSync::count() const {
  Counts out;
  for (const auto& [ordinal, pod] : pods_) {
    ++out.replicas;
    if (is_ready(*pod)) ++out.ready;
    if (is_available_pod(*pod)) ++out.available;
    if (pod->view<PodView>().meta.deletion_timestamp) continue;
    const std::string_view revision = label_of(*pod, kRevisionLabel);
    if (revision == current_->key.name) ++out.current;
    if (revision == update_->key.name) ++out.updated;
  }
  return out;
}

void StatefulSetSync::look_again(Duration after) {
  again_ = std::min(again_.value_or(after), after);
}

void StatefulSetSync::look_again_when_available() {
  for (const auto& [ordinal, pod] : pods_) {
    if (!is_ready(*pod) || is_available_pod(*pod)) continue;
    const Time since = ready_since(*pod).value_or(context_.now());
    const Duration left = since + seconds_capped(view().min_ready_seconds) - context_.now();
    look_again(std::max<Duration>(left, 1s));
  }
}

bool StatefulSetSync::may_call() {
  if (context_.client.take(context_.now())) return true;
  look_again(context_.client.wait_for(context_.now(), view().parallel ? kCallsToWaitFor : 1));
  return false;
}

void StatefulSetSync::pod_event(std::string_view verb, std::string_view pod,
                                const Result<void>& result) {
  const std::string what = fmt::format("{} Pod {} in StatefulSet {}", verb, pod, name());
  // "SuccessfulCreate" of "create".
  std::string reason(verb);
  reason.front() = static_cast<char>(reason.front() - 'a' + 'A');
  if (result) {
    context_.events.normal(*set_, "Successful" + reason, what + " successful");
  } else {
    context_.events.warning(*set_, "Failed" + reason,
                            fmt::format("{} failed error: {}", what, result.error().message));
  }
}

Result<void> StatefulSetSync::write_status() {
  const ObjectPtr set = context_.store().get(set_->key);
  if (set == nullptr) return {};
  const StatefulSetView& wanted = view();
  std::string current = current_->key.name;
  const bool complete = !wanted.on_delete && counts_.updated == wanted.replicas &&
                        counts_.ready == wanted.replicas && counts_.replicas == wanted.replicas;
  if (complete) {
    counts_.current = counts_.updated;
    current = update_->key.name;
  }
  Value status = Value::object({{"replicas", counts_.replicas},
                                {"availableReplicas", counts_.available},
                                {"collisionCount", collisions_},
                                {"currentRevision", current},
                                {"updateRevision", update_->key.name},
                                {"observedGeneration", wanted.meta.generation}});
  const auto put = [&status](const char* field, std::int64_t pods) {
    if (pods != 0) status = status.with(field, pods);
  };
  put("readyReplicas", counts_.ready);
  put("currentReplicas", counts_.current);
  put("updatedReplicas", counts_.updated);
  if (status == set->document["status"]) return {};
  return accepted(context_.api.update_status(set->key.resource,
                                             set->document.with("status", status), context_.user),
                  set->key.name);
}

Result<void> StatefulSetSync::truncate_history() {
  const auto is_live = [this](const ObjectPtr& revision) {
    const std::string& called = revision->key.name;
    return called == current_->key.name || called == update_->key.name ||
           std::any_of(pods_.begin(), pods_.end(), [&called](const auto& pod) {
             return label_of(*pod.second, kRevisionLabel) == called;
           });
  };
  std::vector<ObjectPtr> history = revisions_;
  std::erase_if(history, is_live);
  const std::int64_t limit = view().revision_history_limit;
  const auto kept = static_cast<std::int64_t>(history.size());
  for (std::int64_t i = 0; limit >= 0 && i < kept - limit; ++i) {
    INFERLAB_TRY_VOID(delete_revision(context_, *history[static_cast<std::size_t>(i)]));
  }
  return {};
}

}  // namespace inferlab::sim
