#include "sim/controllers/daemonset_sync.h"

#include <fmt/format.h>

#include <algorithm>

#include "sim/controllers/controller.h"
#include "sim/controllers/controller_history.h"
#include "sim/controllers/pod_claims.h"
#include "sim/controllers/pod_creation.h"
#include "sim/controllers/pod_state.h"

namespace inferlab::sim {
namespace {

// Calls that one look waits for when the client's rate limit holds it up.
constexpr int kCallsToWaitFor = 20;

bool is_terminating(const StoredObject& pod) {
  return pod.view<PodView>().meta.deletion_timestamp.has_value();
}

}  // namespace

DaemonSetSync::DaemonSetSync(const WorkloadContext& context, FailedPodBackoff& backoff,
                             ObjectPtr set)
    : context_(context), backoff_(backoff), set_(std::move(set)) {}

Result<std::optional<Duration>> DaemonSetSync::run() {
  if (set_->document["spec"]["selector"].empty()) {
    context_.events.warning(*set_, "SelectingAll",
                            "This daemon set is selecting all pods. A non-empty selector is "
                            "required.");
    return std::optional<Duration>();
  }
  // What becomes of the Pods and revisions of one that is being deleted is the garbage collector's
  // affair.
  if (view().meta.deletion_timestamp) return std::optional<Duration>();
  INFERLAB_TRY_VOID(find_revisions());
  find_nodes();
  find_pods();
  const Result<void> worked = work();
  find_pods();
  INFERLAB_TRY_VOID(write_status());
  INFERLAB_TRY_VOID(worked);
  return again_;
}

void DaemonSetSync::look_again(Duration after) {
  again_ = std::min(again_.value_or(after), after);
}

void DaemonSetSync::find_nodes() {
  for (const ObjectPtr& node : context_.store().list("nodes")) {
    const DaemonPlacement placement = placement_on(view(), node->view<NodeView>());
    nodes_.emplace(node->key.name, placement);
    if (placement.should_run) wanted_.push_back(node->key.name);
  }
}

void DaemonSetSync::find_pods() {
  pods_.clear();
  const auto belongs = [this](const PodView& pod) {
    return view().selector.matches(pod.meta.labels);
  };
  for (ObjectPtr& pod : claim_pods(context_, *set_, belongs)) {
    // One that has ended and is being deleted holds nothing back.
    if (pod->view<PodView>().terminal() && is_terminating(*pod)) continue;
    const std::string node = target_node(*pod);
    if (!node.empty()) pods_[node].push_back(std::move(pod));
  }
}

Result<void> DaemonSetSync::work() {
  DaemonWork upkeep;
  for (const auto& [node, placement] : nodes_) judge_node(node, placement, upkeep);
  for (const auto& [node, pods] : pods_) {
    if (nodes_.contains(node)) continue;
    // Of a node that is gone: what was bound to it is the Pod garbage collector's.
    for (const ObjectPtr& pod : pods) {
      if (pod->view<PodView>().node_name.empty()) upkeep.surplus.push_back(pod);
    }
  }
  INFERLAB_TRY_VOID(carry_out(upkeep));
  if (upkeep.empty() && !view().on_delete) {
    INFERLAB_TRY_VOID(carry_out(next_update_step(*set_, hash_, pods_, wanted_, context_.now())));
  }
  return clean_up_history();
}

void DaemonSetSync::judge_node(const std::string& node, DaemonPlacement placement,
                               DaemonWork& work) {
  const auto found = pods_.find(node);
  if (found == pods_.end()) {
    if (placement.should_run) work.nodes.push_back(node);
    return;
  }
  if (!placement.may_stay) {
    for (const ObjectPtr& pod : found->second) {
      if (!is_terminating(*pod)) work.surplus.push_back(pod);
    }
    return;
  }
  std::vector<ObjectPtr> alive = living(found->second, node, work.surplus);
  // With surge the new Pod does not wait until the one before it is gone.
  if (alive.empty() && placement.should_run && view().surges()) work.nodes.push_back(node);
  if (alive.size() > 1) thin_out(std::move(alive), work.surplus);
}

std::vector<ObjectPtr> DaemonSetSync::living(const std::vector<ObjectPtr>& pods,
                                             const std::string& node,
                                             std::vector<ObjectPtr>& surplus) {
  std::vector<ObjectPtr> out;
  for (const ObjectPtr& pod : pods) {
    if (is_terminating(*pod)) continue;
    const std::string& phase = pod->view<PodView>().phase;
    const std::string what =
        fmt::format("{} daemon pod {}/{} on node {}", phase == "Failed" ? "failed" : "succeeded",
                    pod->key.ns, pod->key.name, node);
    if (phase == "Failed") {
      // A kubelet may refuse the Pod again and again.
      const std::string key =
          fmt::format("{}/{}/{}", view().meta.uid,
                      set_->document["status"]["observedGeneration"].as_int(), node);
      if (const auto wait = backoff_.waits(key, context_.now())) {
        look_again(*wait);
        continue;
      }
      backoff_.note(key, context_.now());
      context_.events.warning(*set_, "FailedDaemonPod",
                              fmt::format("Found {}, will try to kill it", what));
      surplus.push_back(pod);
    } else if (phase == "Succeeded") {
      context_.events.normal(*set_, "SucceededDaemonPod",
                             fmt::format("Found {}, will try to delete it", what));
      surplus.push_back(pod);
    } else {
      out.push_back(pod);
    }
  }
  return out;
}

// Of several Pods on one node the oldest stays. In an update with surge the oldest of the new and
// of the old version may be there at the same time, as long as the old one is ready and the new one
// is not available.
void DaemonSetSync::thin_out(std::vector<ObjectPtr> pods, std::vector<ObjectPtr>& surplus) const {
  sort_by_age(pods);
  if (!view().surges()) {
    surplus.insert(surplus.end(), pods.begin() + 1, pods.end());
    return;
  }
  ObjectPtr fresh;
  ObjectPtr old;
  for (const ObjectPtr& pod : pods) {
    ObjectPtr& place = label_of(*pod, kRevisionLabel) == hash_ ? fresh : old;
    if (place == nullptr) {
      place = pod;
    } else {
      surplus.push_back(pod);
    }
  }
  if (fresh == nullptr || old == nullptr) return;
  if (!old->view<PodView>().ready || available(*fresh)) surplus.push_back(old);
}

bool DaemonSetSync::available(const StoredObject& pod) const {
  return is_available(pod, seconds_capped(view().min_ready_seconds), context_.now());
}

bool DaemonSetSync::may_call() {
  if (context_.client.take(context_.now())) return true;
  look_again(context_.client.wait_for(context_.now(), kCallsToWaitFor));
  return false;
}

Result<void> DaemonSetSync::carry_out(const DaemonWork& work) {
  Result<void> out;
  const auto note = [&out](Result<void> one) {
    if (out && !one) out = std::move(one);
  };
  SlowStart batches;
  for (const std::string& node : work.nodes) {
    if (!may_call()) break;
    note(create_on(node));
    if (!batches.go_on_after(!out)) break;
  }
  // What cannot be made keeps nothing from being deleted.
  for (const ObjectPtr& pod : work.surplus) {
    if (!may_call()) break;
    note(delete_pod(*pod));
  }
  return out;
}

Result<void> DaemonSetSync::create_on(const std::string& node) {
  const ApiResponse response =
      context_.api.create("pods", set_->key.ns, daemon_pod(*set_, hash_, node), context_.user);
  if (response.ok()) {
    context_.events.normal(*set_, "SuccessfulCreate",
                           fmt::format("Created pod: {}", response.object->key.name));
    return {};
  }
  if (is_refused_by_ending_namespace(response)) return {};
  context_.events.warning(*set_, "FailedCreate",
                          fmt::format("Error creating: {}", response.message()));
  return accepted(response, set_->key.name);
}

Result<void> DaemonSetSync::delete_pod(const StoredObject& pod) {
  const ApiResponse response = context_.api.remove(pod.key, context_.user);
  if (response.code == 404) return {};
  if (!response.ok()) {
    context_.events.warning(*set_, "FailedDelete",
                            fmt::format("Error deleting: {}", response.message()));
    return accepted(response, pod.key.name);
  }
  context_.events.normal(*set_, "SuccessfulDelete", fmt::format("Deleted pod: {}", pod.key.name));
  return {};
}

Result<void> DaemonSetSync::write_status() {
  std::int64_t current = 0;
  std::int64_t misplaced = 0;
  std::int64_t ready = 0;
  std::int64_t usable = 0;
  std::int64_t updated = 0;
  for (const auto& [node, placement] : nodes_) {
    const auto found = pods_.find(node);
    if (found == pods_.end()) continue;
    if (!placement.should_run) {
      ++misplaced;
      continue;
    }
    ++current;
    std::vector<ObjectPtr> pods = found->second;
    sort_by_age(pods);
    const StoredObject& pod = *pods.front();
    if (is_of_version(*set_, pod, hash_)) ++updated;
    if (!pod.view<PodView>().ready) continue;
    ++ready;
    if (available(pod)) {
      ++usable;
      continue;
    }
    const Time since = ready_since(pod).value_or(context_.now());
    const Duration left = since + seconds_capped(view().min_ready_seconds) - context_.now();
    look_again(std::max<Duration>(left, 1s));
  }
  const ObjectPtr set = context_.store().get(set_->key);
  if (set == nullptr) return {};
  const auto wanted = static_cast<std::int64_t>(wanted_.size());
  Value status = set->document["status"]
                     .with("desiredNumberScheduled", wanted)
                     .with("currentNumberScheduled", current)
                     .with("numberMisscheduled", misplaced)
                     .with("numberReady", ready)
                     .with("observedGeneration", view().meta.generation);
  const auto put = [&status](const char* field, std::int64_t nodes) {
    status = nodes == 0 ? status.without(field) : status.with(field, nodes);
  };
  put("updatedNumberScheduled", updated);
  put("numberAvailable", usable);
  put("numberUnavailable", wanted - usable);
  if (status == set->document["status"]) return {};
  return accepted(context_.api.update_status(set->key.resource,
                                             set->document.with("status", status), context_.user),
                  set->key.name);
}

}  // namespace inferlab::sim
