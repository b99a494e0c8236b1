// The versions of a DaemonSet's template.
#include <fmt/format.h>

#include <algorithm>
#include <set>

#include "sim/controllers/controller.h"
#include "sim/controllers/controller_history.h"
#include "sim/controllers/daemonset_sync.h"
#include "sim/controllers/deployment_math.h"

namespace inferlab::sim {

Result<void> DaemonSetSync::find_revisions() {
  const Value patch = template_patch(set_->document["spec"]["template"]);
  std::vector<ObjectPtr> same;
  std::int64_t latest = 0;
  for (ObjectPtr& revision : revisions_of(context_, *set_, view().selector)) {
    if (revision->document["data"] == patch) {
      same.push_back(std::move(revision));
    } else {
      latest = std::max(latest, number_of(*revision));
      old_.push_back(std::move(revision));
    }
  }
  if (same.empty()) {
    INFERLAB_TRY(current_, create_current(latest + 1));
  } else {
    INFERLAB_TRY(current_, only_one_of(same));
    // A template that comes back is the newest one again.
    if (number_of(*current_) <= latest) {
      INFERLAB_TRY(current_, renumber_revision(context_, *current_, latest + 1));
    }
  }
  hash_ = label_of(*current_, kRevisionLabel);
  return {};
}

Result<ObjectPtr> DaemonSetSync::create_current(std::int64_t number) {
  const Value& pod_template = set_->document["spec"]["template"];
  const std::int64_t collisions = set_->document["status"]["collisionCount"].as_int();
  const std::string hash = template_hash(pod_template, collisions);
  Result<ObjectPtr> made =
      create_revision(context_, *set_,
                      {fmt::format("{}-{}", set_->key.name, hash),
                       pod_template["metadata"]["labels"].with(kRevisionLabel, hash),
                       template_patch(pod_template), number});
  if (!made && made.error().kind == ErrorKind::kConflict) {
    // The next look has another hash.
    const Value status = set_->document["status"].with("collisionCount", collisions + 1);
    INFERLAB_TRY_VOID(
        accepted(context_.api.update_status(set_->key.resource,
                                            set_->document.with("status", status), context_.user),
                 set_->key.name));
  }
  return made;
}

// The newest of several revisions of one template; the Pods of the others become its own.
Result<ObjectPtr> DaemonSetSync::only_one_of(const std::vector<ObjectPtr>& revisions) {
  const ObjectPtr kept = revisions.back();
  for (const ObjectPtr& revision : revisions) {
    if (revision == kept) continue;
    const std::string_view hash = label_of(*revision, kRevisionLabel);
    const ObjectIndex::Keys keys = context_.index.dependents(view().meta.uid);
    for (const ObjectKey& key : keys) {
      if (key.resource != "pods" || label_of(*context_.store().get(key), kRevisionLabel) != hash) {
        continue;
      }
      const Value labels =
          Value::object({{std::string(kRevisionLabel), Value(label_of(*kept, kRevisionLabel))}});
      INFERLAB_TRY_VOID(
          accepted(context_.api.merge_patch(
                       key, "", Value::object({{"metadata", Value::object({{"labels", labels}})}}),
                       context_.user),
                   key.name));
    }
    INFERLAB_TRY_VOID(delete_revision(context_, *revision));
  }
  return kept;
}

Result<void> DaemonSetSync::clean_up_history() {
  std::set<std::string, std::less<>> live;
  for (const auto& [node, pods] : pods_) {
    for (const ObjectPtr& pod : pods) live.emplace(label_of(*pod, kRevisionLabel));
  }
  std::int64_t surplus = static_cast<std::int64_t>(old_.size()) - view().revision_history_limit;
  for (const ObjectPtr& revision : old_) {
    if (surplus <= 0) break;
    if (live.contains(label_of(*revision, kRevisionLabel))) continue;
    INFERLAB_TRY_VOID(delete_revision(context_, *revision));
    --surplus;
  }
  return {};
}

}  // namespace inferlab::sim
