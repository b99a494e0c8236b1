#include "sim/scheduler/kube_scheduler.h"

#include <fmt/format.h>

#include <algorithm>

#include "engine/base/check.h"

namespace inferlab::sim {
namespace {

constexpr const char* kUser = "system:kube-scheduler";

// From a write to its being seen through the watch.
constexpr Duration kWatchLatency = 5ms;
// One scheduling cycle. kube-scheduler's own performance tests ask for some hundred Pods a second
// (test/integration/scheduler_perf); 2 ms make five hundred.
constexpr Duration kCycle = 2ms;
// From the decision to the binding in the API, while the next cycle runs already.
constexpr Duration kBindLatency = 5ms;

bool wants_node(const PodView& pod) {
  return pod.node_name.empty() && !pod.terminal() && !pod.meta.deletion_timestamp &&
         (pod.scheduler_name.empty() || pod.scheduler_name == "default-scheduler");
}

}  // namespace

std::size_t nodes_to_find(std::size_t num_nodes) {
  constexpr std::size_t kMinimum = 100;
  if (num_nodes < kMinimum) return num_nodes;
  const std::size_t fall = num_nodes / 125;
  const std::size_t percent = fall + 5 >= 50 ? 5 : 50 - fall;
  return std::max(kMinimum, num_nodes * percent / 100);
}

KubeScheduler::KubeScheduler(Api& api)
    : api_(api),
      events_(api, "default-scheduler"),
      queue_(api.simulation(), framework_, [this] { wake_up(); }) {}

void KubeScheduler::start() {
  for (const ObjectPtr& node : api_.store().list("nodes")) {
    see({ChangeType::kAdded, node, nullptr});
  }
  for (const ObjectPtr& pod : api_.store().list("pods")) see({ChangeType::kAdded, pod, nullptr});
  api_.store().subscribe([this](const Change& change) { see(change); });
}

void KubeScheduler::see(const Change& change) {
  const std::string& resource = change.object->key.resource;
  if (resource == "nodes") {
    const ClusterEvents events = cache_.node_changed(change);
    if (events == 0) return;
    changes_ |= events;
    schedule_sync();
    return;
  }
  if (resource != "pods") return;
  const PodView& pod = change.object->view<PodView>();
  const ClusterEvents events = cache_.pod_changed(change);
  if (change.type == ChangeType::kDeleted || !wants_node(pod)) {
    queue_.remove(pod.meta.uid);
  } else if (change.previous == nullptr || !same_for_scheduling(*change.previous, *change.object)) {
    inbox_.push_back(change.object);
    schedule_sync();
  }
  if (events == 0) return;
  changes_ |= events;
  schedule_sync();
}

void KubeScheduler::schedule_sync() {
  if (sync_scheduled_) return;
  sync_scheduled_ = true;
  api_.simulation().after(kWatchLatency, "scheduler/watch", [this] { sync(); });
}

void KubeScheduler::sync() {
  sync_scheduled_ = false;
  const std::vector<ObjectPtr> arrived = std::exchange(inbox_, {});
  for (const ObjectPtr& version : arrived) {
    const ObjectPtr pod = api_.store().get(version->key);
    // It may have been deleted, or made anew under its name, since it was noted.
    if (pod != nullptr && wants_node(pod->view<PodView>())) queue_.add_or_update(pod);
  }
  if (const ClusterEvents events = std::exchange(changes_, 0); events != 0) queue_.wake(events);
}

void KubeScheduler::wake_up() {
  if (cycle_scheduled_) return;
  cycle_scheduled_ = true;
  api_.simulation().after(kCycle, "scheduler/cycle", [this] { run_cycle(); });
}

void KubeScheduler::run_cycle() {
  cycle_scheduled_ = false;
  if (!queue_.has_active()) return;
  const PodInfoPtr pod = queue_.pop().pod;
  const Decision decision = decide(*pod);
  if (decision.node.empty()) {
    refuse(pod, decision);
  } else {
    bind(pod, decision.node);
  }
  if (queue_.has_active()) wake_up();
}

KubeScheduler::Search KubeScheduler::search(const PodInfo& pod, NodeSpan nodes, std::size_t start,
                                            std::size_t wanted, std::size_t* looked_at) const {
  Search out;
  const Status status = framework_.pre_filter(out.cycle, pod, nodes);
  if (!status.ok()) {
    out.pre_filter_message = status.message();
    out.refused.assign(nodes.begin(), nodes.end());
    out.statuses.assign(nodes.size(), status);
    return out;
  }
  std::size_t i = 0;
  for (; i < nodes.size() && out.feasible.size() < wanted; ++i) {
    const NodeInfo* node = nodes[(start + i) % nodes.size()];
    if (out.cycle.only && !out.cycle.only->contains(node->name)) {
      out.refused.push_back(node);
      out.statuses.push_back(Status::unresolvable(
          fmt::format("node(s) didn't satisfy plugin(s) {}", out.cycle.narrowed_by)));
      continue;
    }
    std::size_t refused_by = 0;
    Status verdict = framework_.filter(out.cycle, pod, *node, &refused_by);
    if (verdict.ok()) {
      out.feasible.push_back(node);
      continue;
    }
    out.cycle.wakes_on |= framework_.plugin(refused_by).wakes_on();
    out.refused.push_back(node);
    out.statuses.push_back(std::move(verdict));
  }
  INFERLAB_CHECK(out.refused.size() + out.feasible.size() == i);
  if (looked_at != nullptr) *looked_at = i;
  return out;
}

std::string KubeScheduler::failure_message(const PodInfo& pod, std::size_t num_nodes,
                                           const Search& found) const {
  if (num_nodes == 0) return "no nodes available to schedule pods";
  std::string message;
  if (!found.pre_filter_message.empty()) {
    message = fmt::format("0/{} nodes are available: {}.", num_nodes, found.pre_filter_message);
  } else {
    std::vector<std::string> reasons;
    for (const Status& status : found.statuses) {
      reasons.insert(reasons.end(), status.reasons().begin(), status.reasons().end());
    }
    message = fit_error(num_nodes, reasons);
  }
  const std::string preemption =
      framework_.post_filter(found.cycle, pod, {found.refused, found.statuses});
  return preemption.empty() ? message : fmt::format("{} preemption: {}", message, preemption);
}

KubeScheduler::Decision KubeScheduler::decide(const PodInfo& pod) {
  const NodeSpan nodes = cache_.nodes();
  if (nodes.empty()) return {"", failure_message(pod, 0, {}), kAllClusterEvents};
  std::size_t looked_at = 0;
  Search found =
      search(pod, nodes, next_start_node_ % nodes.size(), nodes_to_find(nodes.size()), &looked_at);
  // The next Pod's search goes on where this one ended, so that large clusters fill evenly.
  next_start_node_ = (next_start_node_ + looked_at) % nodes.size();
  if (found.feasible.empty()) {
    // A deletion cannot help a Pod that only unresolvable plugins refuse, but theirs decide: each
    // plugin has said what it waits for.
    return {"", failure_message(pod, nodes.size(), found), found.cycle.wakes_on};
  }
  if (found.feasible.size() == 1) return {found.feasible.front()->name, "", 0};

  const Framework::Scores scores = framework_.score(found.cycle, pod, found.feasible);
  const std::int64_t best = *std::max_element(scores.totals.begin(), scores.totals.end());
  std::vector<std::size_t> ties;
  for (std::size_t i = 0; i < scores.totals.size(); ++i) {
    if (scores.totals[i] == best) ties.push_back(i);
  }
  std::size_t chosen = 0;
  if (ties.size() > 1) {
    chosen = api_.simulation().rng("kube-scheduler", "ties").below(ties.size());
  }
  return {found.feasible[ties[chosen]]->name, "", 0};
}

void KubeScheduler::bind(const PodInfoPtr& pod, const std::string& node) {
  const std::string uid = pod->view().meta.uid;
  cache_.assume(pod, node);
  Status status = framework_.reserve(*pod, node);
  if (status.ok()) status = framework_.permit(*pod, node);
  if (!status.ok()) {
    framework_.unreserve(*pod, node);
    cache_.forget(uid);
    refuse(pod, {"", status.message(), kAllClusterEvents});
    return;
  }
  api_.simulation().after(kBindLatency, "scheduler/bind", [this, pod, node, uid] {
    const ObjectPtr current = api_.store().get(pod->object->key);
    if (current == nullptr || current->view<PodView>().meta.uid != uid ||
        !wants_node(current->view<PodView>())) {
      framework_.unreserve(*pod, node);
      cache_.forget(uid);
      queue_.remove(uid);
      return;
    }
    const Status bound = framework_.bind(api_, *pod, node);
    if (bound.ok()) {
      const std::string& ns = pod->object->key.ns;
      const ObjectPtr about = api_.store().get(pod->object->key);
      events_.normal(
          about != nullptr ? *about : *current, "Scheduled",
          fmt::format("Successfully assigned {}/{} to {}", ns, pod->object->key.name, node));
      return;
    }
    framework_.unreserve(*pod, node);
    cache_.forget(uid);
    refuse(pod, {"", fmt::format("binding rejected: {}", bound.message()), 0});
  });
}

void KubeScheduler::refuse(const PodInfoPtr& pod, const Decision& decision) {
  const std::string uid = pod->view().meta.uid;
  queue_.give_back(uid, decision.wakes_on);
  const ObjectPtr current = api_.store().get(pod->object->key);
  if (current == nullptr || current->view<PodView>().meta.uid != uid) return;
  events_.warning(*current, "FailedScheduling", decision.message);
  set_unschedulable(*current, decision.message);
}

void KubeScheduler::set_unschedulable(const StoredObject& pod, const std::string& message) {
  Value condition =
      Value::object({{"type", "PodScheduled"},
                     {"status", "False"},
                     {"reason", "Unschedulable"},
                     {"message", message},
                     {"lastProbeTime", nullptr},
                     {"lastTransitionTime", format_rfc3339(api_.simulation().now())}});
  Value::Array conditions;
  bool replaced = false;
  for (const Value& old : pod.document["status"]["conditions"].items()) {
    if (old["type"].as_string() != "PodScheduled") {
      conditions.push_back(old);
      continue;
    }
    if (old["status"].as_string() == "False") {
      if (old["message"].as_string() == message && old["reason"].as_string() == "Unschedulable") {
        return;
      }
      condition = condition.with("lastTransitionTime", old["lastTransitionTime"]);
    }
    conditions.push_back(condition);
    replaced = true;
  }
  if (!replaced) conditions.push_back(condition);
  const Value patch =
      Value::object({{"status", Value::object({{"conditions", Value::array(conditions)}})}});
  // The write may lose against a deletion; the next cycle would find the Pod gone.
  static_cast<void>(api_.merge_patch(pod.key, "status", patch, kUser));
}

Result<SchedulingExplanation> KubeScheduler::explain(std::string_view ns,
                                                     std::string_view name) const {
  const ObjectPtr object = api_.store().get({"pods", std::string(ns), std::string(name)});
  if (object == nullptr) {
    return Error{ErrorKind::kNotFound, fmt::format("pod {}/{}: not found", ns, name),
                 "see kubectl get pods --all-namespaces"};
  }
  SchedulingExplanation out;
  out.pod = fmt::format("{}/{}", ns, name);
  const std::string on = object->view<PodView>().node_name;
  // A Pod that has a node is looked at as it was before: where could it have gone?
  const PodInfo pod(on.empty()
                        ? object
                        : std::make_shared<const StoredObject>(
                              object->key, object->document.without_path({"spec", "nodeName"}),
                              object->revision, object->written));
  ClusterEvents unused = 0;
  const Status gate = framework_.pre_enqueue(pod, unused);

  // A Pod must not stand in its own way: it is taken off the copy of its node.
  std::vector<NodeInfo> without_it;
  without_it.reserve(1);
  std::vector<const NodeInfo*> nodes(cache_.nodes().begin(), cache_.nodes().end());
  for (const NodeInfo*& node : nodes) {
    const auto own = node->pods.find(pod.view().meta.uid);
    if (own == node->pods.end()) continue;
    without_it.push_back(*node);
    without_it.back().remove_pod(*own->second);
    node = &without_it.back();
  }

  Search found = search(pod, nodes, 0, nodes.size(), nullptr);
  const Framework::Scores scores = framework_.score(found.cycle, pod, found.feasible);
  const bool fits = !found.feasible.empty();
  if (!on.empty()) {
    out.state = fmt::format("scheduled on {}", on);
  } else if (!gate.ok()) {
    out.state = gate.message();
  } else {
    out.state = fits ? "waiting for its turn" : "unschedulable";
    if (!fits) out.message = failure_message(pod, nodes.size(), found);
  }
  std::size_t next_feasible = 0;
  std::size_t next_refused = 0;
  for (const NodeInfo* node : nodes) {
    SchedulingExplanation::NodeVerdict& verdict = out.nodes.emplace_back();
    verdict.node = node->name;
    if (next_feasible < found.feasible.size() && found.feasible[next_feasible] == node) {
      for (std::size_t i = 0; i < scores.plugins.size(); ++i) {
        verdict.scores.emplace_back(scores.plugins[i], scores.weighted[i][next_feasible]);
      }
      verdict.total = scores.totals[next_feasible++];
      continue;
    }
    const Status& first = found.statuses[next_refused++];
    if (found.pre_filter_message.empty()) {
      for (const auto& [plugin, status] : framework_.filter_all(found.cycle, pod, *node)) {
        verdict.refusals.emplace_back(plugin, status.message());
      }
    }
    if (verdict.refusals.empty()) verdict.refusals.emplace_back("PreFilter", first.message());
  }
  return out;
}

}  // namespace inferlab::sim
