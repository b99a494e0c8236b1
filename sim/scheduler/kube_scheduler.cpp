#include "sim/scheduler/kube_scheduler.h"

#include <fmt/format.h>

#include <algorithm>

#include "engine/base/check.h"
#include "sim/scheduler/eviction.h"

namespace inferlab::sim {
namespace {

// From a write to its being seen through the watch.
constexpr Duration kWatchLatency = 5ms;
// One scheduling cycle. kube-scheduler's own performance tests ask for some hundred Pods a second
// (test/integration/scheduler_perf); 2 ms make five hundred.
constexpr Duration kCycle = 2ms;
// From the decision to the binding in the API, while the next cycle runs already.
constexpr Duration kBindLatency = 5ms;
// How often a plugin that waits in preBind is asked: VolumeBinding looks once a second.
constexpr Duration kPreBindPoll = 1s;

// As much of a message as an Event takes. Source: kube-scheduler, truncateMessage.
std::string note_of(const std::string& message) {
  constexpr std::size_t kMost = 1024;
  constexpr std::string_view kMore = " ...";
  if (message.size() <= kMost) return message;
  return message.substr(0, kMost - kMore.size()).append(kMore);
}

bool is_volume_kind(std::string_view resource) {
  return resource == "persistentvolumeclaims" || resource == "persistentvolumes" ||
         resource == "storageclasses.storage.k8s.io" || resource == "csinodes.storage.k8s.io";
}

}  // namespace

KubeScheduler::KubeScheduler(Api& api, SchedulerProfile profile)
    : api_(api),
      events_(api, profile.scheduler_name, {}, EventRecorder::Repeats::kCounted,
              "system:kube-scheduler"),
      profile_(std::move(profile)),
      framework_(profile_),
      cache_(api.store()),
      queue_(api.simulation(), framework_, profile_, [this] { wake_up(); }) {}

bool KubeScheduler::wants_node(const PodView& pod) const {
  return pod.node_name.empty() && !pod.terminal() && !pod.meta.deletion_timestamp &&
         (pod.scheduler_name == profile_.scheduler_name ||
          (pod.scheduler_name.empty() && profile_.scheduler_name == "default-scheduler"));
}

void KubeScheduler::start() {
  for (const ObjectPtr& node : api_.store().list("nodes")) {
    see({ChangeType::kAdded, node, nullptr});
  }
  for (const ObjectPtr& pod : api_.store().list("pods")) see({ChangeType::kAdded, pod, nullptr});
  api_.store().subscribe([this](const Change& change) { see(change); });
}

void KubeScheduler::see(const Change& change) {
  const std::string& resource = change.object->key.resource;
  if (resource == "pods") {
    see_pod(change);
  } else if (resource == "nodes") {
    note(cache_.node_changed(change), change);
  } else if (is_volume_kind(resource) && change.type != ChangeType::kDeleted) {
    note(static_cast<ClusterEvents>(ClusterEvent::kVolume), change);
  } else if (resource == "namespaces" && change.previous != nullptr &&
             !(change.previous->document["metadata"]["labels"] ==
               change.object->document["metadata"]["labels"])) {
    note(static_cast<ClusterEvents>(ClusterEvent::kPodLabel), change);
  }
}

void KubeScheduler::see_pod(const Change& change) {
  note(cache_.pod_changed(change), change);
  const Value& document = change.object->document;
  const std::string uid = document["metadata"]["uid"].str();
  // Most writes are about Pods that have a node: they are not worth a look at the whole document.
  const bool bound = !document["spec"]["nodeName"].empty();
  if (change.type == ChangeType::kDeleted || bound || !wants_node(change.object->view<PodView>())) {
    queue_.remove(uid);
    nominator_.remove(uid);
  } else if (change.previous == nullptr || !same_for_scheduling(*change.previous, *change.object)) {
    inbox_.push_back(change.object);
    schedule_sync();
  }
}

void KubeScheduler::note(ClusterEvents events, const Change& change) {
  if (events == 0) return;
  // While nobody waits nobody can be helped; who comes later sees things as they are.
  if (!queue_.has_waiting()) return;
  changes_.push_back({events, change.object, change.previous});
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
  for (const ClusterChange& change : std::exchange(changes_, {})) queue_.wake(change);
}

void KubeScheduler::wake_up() {
  if (cycle_scheduled_) return;
  cycle_scheduled_ = true;
  api_.simulation().after(kCycle, "scheduler/cycle", [this] { run_cycle(); });
}

void KubeScheduler::run_cycle() {
  cycle_scheduled_ = false;
  if (!queue_.has_active()) return;
  PodInfoPtr pod = queue_.pop().pod;
  // Its status may have been written since it was queued, by this scheduler above all.
  if (const ObjectPtr current = api_.store().get(pod->object->key);
      current != nullptr && current != pod->object && same_for_scheduling(*current, *pod->object)) {
    pod = std::make_shared<const PodInfo>(*pod, current);
  }
  cache_.trim();
  const Decision decision = decide(*pod);
  if (decision.node.empty()) {
    refuse(pod, decision);
  } else {
    bind(pod, decision.node);
  }
  if (queue_.has_active()) wake_up();
}

void KubeScheduler::look_at(const NodeInfo& node, std::size_t slot, std::uint64_t generation,
                            FilterTrial& trial, Search& found) const {
  ++found.looked_at;
  Status verdict = trial.filter_unchanged(node, slot, generation);
  if (verdict.ok()) {
    found.feasible.push_back(&node);
    found.slots.push_back(static_cast<std::uint32_t>(slot));
    return;
  }
  if (!found.feasible.empty() && !found.keeps_all_refusals) return;  // nobody will ask
  found.cycle.refused_by |= Framework::PluginSet{1} << trial.refused_by();
  found.refused.push_back(&node);
  found.statuses.push_back(std::move(verdict));
}

void KubeScheduler::Search::clear() {
  cycle = {};
  feasible.clear();
  slots.clear();
  refused.clear();
  statuses.clear();
  pre_filter_message.clear();
  looked_at = 0;
}

void KubeScheduler::search(const PodInfo& pod, const ClusterView& cluster, std::size_t start,
                           std::size_t wanted, Search& out) const {
  out.clear();
  const Status status = framework_.pre_filter(out.cycle, pod, cluster);
  out.cycle.memo =
      &memos_.of(pod.spec->node_demands, cluster.pods.num_slots(), cluster.image_revision);
  if (!status.ok()) {
    out.pre_filter_message = status.message();
    out.refused.assign(cluster.nodes.begin(), cluster.nodes.end());
    out.statuses.assign(cluster.nodes.size(), status);
    return;
  }
  FilterTrial trial(framework_, nominator_, out.cycle, pod);
  // The nominated node is the one that has been made free: if it fits, no other is looked at.
  const std::string& nominated = pod.view().nominated_node_name;
  if (!nominated.empty() && !out.keeps_all_refusals) {
    const NodeInfo* node = cache_.node(nominated);
    if (node != nullptr && (!out.cycle.only || out.cycle.only->contains(nominated)) &&
        trial.filter_unchanged(*node, node->slot, cluster.generations[node->slot]).ok()) {
      out.feasible.push_back(node);
      out.slots.push_back(static_cast<std::uint32_t>(node->slot));
      return;
    }
  }
  std::vector<const NodeInfo*> narrowed;
  std::vector<std::uint32_t> narrowed_slots;
  NodeSpan nodes = cluster.nodes;
  SlotSpan slots = cluster.slots;
  if (out.cycle.only) {
    const Status left_out = Status::unresolvable(
        fmt::format("node(s) didn't satisfy plugin(s) {}", out.cycle.narrowed_by));
    for (const NodeInfo* node : cluster.nodes) {
      if (out.cycle.only->contains(node->name)) {
        narrowed.push_back(node);
        narrowed_slots.push_back(static_cast<std::uint32_t>(node->slot));
        continue;
      }
      out.refused.push_back(node);
      out.statuses.push_back(left_out);
    }
    nodes = narrowed;
    slots = narrowed_slots;
  }
  std::size_t at = nodes.empty() ? 0 : start % nodes.size();
  if (nominator_.empty() && !out.keeps_all_refusals) {
    take_fitting(pod, cluster, nodes, slots, at, wanted, out);
    if (!out.feasible.empty()) return;
    out.looked_at = 0;  // none fits: now each is asked why
  }
  for (std::size_t i = 0; i < nodes.size() && out.feasible.size() < wanted; ++i) {
    look_at(*nodes[at], slots[at], cluster.generations[slots[at]], trial, out);
    if (++at == nodes.size()) at = 0;
  }
}

void KubeScheduler::take_fitting(const PodInfo& pod, const ClusterView& cluster, NodeSpan nodes,
                                 SlotSpan slots, std::size_t start, std::size_t wanted,
                                 Search& out) const {
  std::size_t at = start;
  while (out.looked_at < nodes.size() && out.feasible.size() < wanted) {
    // As many as could all be taken, up to the end of the list, where it goes on at its beginning.
    const std::size_t count =
        std::min({wanted - out.feasible.size(), nodes.size() - out.looked_at, nodes.size() - at});
    const NodeSpan some = nodes.subspan(at, count);
    const SlotSpan some_slots = slots.subspan(at, count);
    out.fits.resize(count);
    framework_.filter_many(out.cycle, pod, some, some_slots, cluster.generations, out.fits);
    for (std::size_t i = 0; i < count; ++i) {
      if (out.fits[i] == 0) continue;
      out.feasible.push_back(some[i]);
      out.slots.push_back(some_slots[i]);
    }
    out.looked_at += count;
    at = at + count == nodes.size() ? 0 : at + count;
  }
}

std::string KubeScheduler::failure_message(std::size_t num_nodes, const Search& found) {
  if (num_nodes == 0) return "no nodes available to schedule pods";
  if (!found.pre_filter_message.empty()) {
    return fmt::format("0/{} nodes are available: {}.", num_nodes, found.pre_filter_message);
  }
  std::vector<std::string> reasons;
  for (const Status& status : found.statuses) {
    reasons.insert(reasons.end(), status.reasons().begin(), status.reasons().end());
  }
  return fit_error(num_nodes, reasons);
}

Plugin::PostFilterResult KubeScheduler::post_filter(const PodInfo& pod, const ClusterView& cluster,
                                                    Search& found, Rng* random) const {
  FilterTrial trial(framework_, nominator_, found.cycle, pod);
  return framework_.post_filter(pod, cluster, {found.refused, found.statuses}, trial, random);
}

KubeScheduler::Decision KubeScheduler::decide(const PodInfo& pod) {
  const ClusterView cluster = cache_.view();
  const std::size_t num_nodes = cluster.nodes.size();
  Decision out;
  if (num_nodes == 0) {
    out.message = failure_message(0, {});
    out.waits_for_all = true;
    out.nominate = "";
    return out;
  }
  Search& found = search_;
  search(pod, cluster, next_start_node_, profile_.nodes_to_find(num_nodes), found);
  // The next Pod's search goes on where this one ended, so that large clusters fill evenly.
  next_start_node_ = (next_start_node_ + found.looked_at) % num_nodes;
  if (found.feasible.empty()) {
    out.message = failure_message(num_nodes, found);
    out.refused_by = found.cycle.refused_by;
    Plugin::PostFilterResult preemption =
        post_filter(pod, cluster, found, &api_.simulation().rng("kube-scheduler", "preemption"));
    if (!preemption.message.empty()) out.message += " " + preemption.message;
    if (!preemption.node.empty() || preemption.clears_nomination) out.nominate = preemption.node;
    out.victims = std::move(preemption.victims);
    return out;
  }
  if (found.feasible.size() == 1) {
    out.node = found.feasible.front()->name;
    return out;
  }
  const Framework::Scores& scores = scores_;
  framework_.score(found.cycle, pod, cluster, found.feasible, found.slots, scores_);
  const std::int64_t best = *std::max_element(scores.totals.begin(), scores.totals.end());
  std::vector<std::size_t> ties;
  for (std::size_t i = 0; i < scores.totals.size(); ++i) {
    if (scores.totals[i] == best) ties.push_back(i);
  }
  std::size_t chosen = 0;
  if (ties.size() > 1) {
    chosen = api_.simulation().rng("kube-scheduler", "ties").below(ties.size());
  }
  out.node = found.feasible[ties[chosen]]->name;
  return out;
}

void KubeScheduler::bind(const PodInfoPtr& pod, const std::string& node) {
  cache_.assume(pod, node);
  nominator_.remove(pod->uid);
  Status status = framework_.reserve(*pod, node);
  if (status.ok()) status = framework_.permit(*pod, node);
  if (!status.ok()) {
    framework_.unreserve(*pod, node);
    cache_.forget(pod->uid);
    Decision decision;
    decision.message = status.message();
    decision.waits_for_all = true;
    decision.nominate = "";
    refuse(pod, decision);
    return;
  }
  prepare_binding(pod, node, 0s);
}

bool KubeScheduler::is_still_wanted(const PodInfoPtr& pod, const std::string& node) {
  const ObjectPtr current = api_.store().get(pod->object->key);
  if (current != nullptr && current->view<PodView>().meta.uid == pod->uid &&
      wants_node(current->view<PodView>())) {
    return true;
  }
  framework_.unreserve(*pod, node);
  cache_.forget(pod->uid);
  queue_.remove(pod->uid);
  return false;
}

void KubeScheduler::binding_failed(const PodInfoPtr& pod, const std::string& node,
                                   std::string message) {
  framework_.unreserve(*pod, node);
  cache_.forget(pod->uid);
  Decision decision;
  decision.message = std::move(message);
  decision.nominate = "";
  refuse(pod, decision);
}

void KubeScheduler::prepare_binding(const PodInfoPtr& pod, const std::string& node,
                                    Duration waited) {
  if (waited > 0s && !is_still_wanted(pod, node)) return;
  const NodeInfo* info = cache_.node(node);
  const Status status =
      info == nullptr ? Status::error(fmt::format("nodeinfo not found for node name \"{}\"", node))
                      : framework_.pre_bind(api_, *pod, *info, waited);
  if (status.waits()) {
    api_.simulation().after(kPreBindPoll, "scheduler/prebind", [this, pod, node, waited] {
      prepare_binding(pod, node, waited + kPreBindPoll);
    });
  } else if (status.ok()) {
    api_.simulation().after(kBindLatency, "scheduler/bind",
                            [this, pod, node] { write_binding(pod, node); });
  } else {
    binding_failed(pod, node, status.message());
  }
}

void KubeScheduler::write_binding(const PodInfoPtr& pod, const std::string& node) {
  if (!is_still_wanted(pod, node)) return;
  const Status bound = framework_.bind(api_, *pod, node);
  if (!bound.ok()) {
    binding_failed(pod, node, fmt::format("binding rejected: {}", bound.message()));
    return;
  }
  const ObjectPtr about = api_.store().get(pod->object->key);
  events_.normal(
      about != nullptr ? *about : *pod->object, "Scheduled",
      fmt::format("Successfully assigned {}/{} to {}", pod->ns, pod->object->key.name, node));
}

void KubeScheduler::refuse(const PodInfoPtr& pod, const Decision& decision) {
  if (!decision.victims.empty()) {
    const std::string& node = *decision.nominate;
    evict_victims(api_, events_, profile_.scheduler_name, *pod, node, decision.victims);
    // What was promised to Pods of lower priority may be gone with this.
    const std::vector<PodInfoPtr> promised = nominator_.on(node);
    for (const PodInfoPtr& other : promised) {
      if (other->priority >= pod->priority) continue;
      nominator_.remove(other->uid);
      clear_nomination(api_, other->object->key);
    }
  }
  const ObjectPtr current = api_.store().get(pod->object->key);
  const bool there = current != nullptr && current->view<PodView>().meta.uid == pod->uid;
  if (decision.nominate && there) {
    if (decision.nominate->empty()) {
      nominator_.remove(pod->uid);
    } else {
      nominator_.add(pod, *decision.nominate);
    }
  }
  if (decision.waits_for_all) {
    queue_.give_back_for_all(pod->uid);
  } else {
    queue_.give_back(pod->uid, decision.refused_by);
  }
  if (!there) return;
  events_.warning(*current, "FailedScheduling", note_of(decision.message));
  write_unschedulable(api_, *current, decision.message,
                      decision.nominate ? &*decision.nominate : nullptr);
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
  // A Pod that has a node is looked at as it was before: where could it have gone? And it must not
  // stand in its own way.
  const PodInfo pod(on.empty()
                        ? object
                        : std::make_shared<const StoredObject>(
                              object->key, object->document.without_path({"spec", "nodeName"}),
                              object->revision, object->written));
  Framework::PluginSet unused = 0;
  const Status gate = framework_.pre_enqueue(pod, unused);
  const SchedulerCache::Lifted lifted = cache_.lift(pod.uid);
  const ClusterView cluster = cache_.view();

  Search found;
  found.keeps_all_refusals = true;
  search(pod, cluster, 0, cluster.nodes.size(), found);
  Framework::Scores scores;
  framework_.score(found.cycle, pod, cluster, found.feasible, found.slots, scores);
  const bool fits = !found.feasible.empty();
  if (!on.empty()) {
    out.state = fmt::format("scheduled on {}", on);
  } else if (!gate.ok()) {
    out.state = gate.message();
  } else {
    out.state = fits ? "waiting for its turn" : "unschedulable";
    if (!fits) {
      out.message = failure_message(cluster.nodes.size(), found);
      const std::string more = post_filter(pod, cluster, found, nullptr).message;
      if (!more.empty()) out.message += " " + more;
    }
  }
  std::map<std::size_t, SchedulingExplanation::NodeVerdict> verdicts;  // by slot: in joining order
  for (std::size_t n = 0; n < found.feasible.size(); ++n) {
    SchedulingExplanation::NodeVerdict& verdict = verdicts[found.feasible[n]->slot];
    verdict.node = found.feasible[n]->name;
    for (std::size_t i = 0; i < scores.plugins.size(); ++i) {
      verdict.scores.emplace_back(scores.plugins[i], scores.weighted[i][n]);
    }
    verdict.total = scores.totals[n];
  }
  for (std::size_t n = 0; n < found.refused.size(); ++n) {
    const NodeInfo& node = *found.refused[n];
    SchedulingExplanation::NodeVerdict& verdict = verdicts[node.slot];
    verdict.node = node.name;
    if (found.pre_filter_message.empty()) {
      for (const auto& [plugin, status] : framework_.filter_all(found.cycle, pod, node)) {
        verdict.refusals.emplace_back(plugin, status.message());
      }
    }
    if (verdict.refusals.empty()) {
      verdict.refusals.emplace_back("PreFilter", found.statuses[n].message());
    }
  }
  for (auto& [slot, verdict] : verdicts) out.nodes.push_back(std::move(verdict));
  cache_.put_back(lifted);
  return out;
}

}  // namespace inferlab::sim
