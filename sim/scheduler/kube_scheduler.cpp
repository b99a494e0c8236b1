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

KubeScheduler::Profile::Profile(Api& api, const SchedulerProfile& from)
    : spec(from),
      framework(from),
      events(api, from.scheduler_name, {}, EventRecorder::Repeats::kCounted,
             "system:kube-scheduler") {}

KubeScheduler::KubeScheduler(Api& api, const std::vector<SchedulerProfile>& profiles)
    : api_(api),
      profiles_(made_of(api, profiles)),
      ties_(api.simulation().rng("kube-scheduler", "ties")),
      cache_(api.store()),
      queue_(
          api.simulation(), api.store(), profiles_.front()->spec, profiles_.front()->framework,
          [this](const PodInfo& pod) -> const Framework& { return profile_of(pod).framework; },
          [this] { wake_up(); }),
      waiting_(api.simulation(),
               {.on_allowed =
                    [this](const WaitingRoom::Guest& guest) {
                      if (is_still_wanted(guest.pod)) prepare_binding(guest.pod, guest.node, 0s);
                    },
                .on_rejected =
                    [this](const WaitingRoom::Guest& guest, const std::string& reason) {
                      permit_refused(guest.pod, reason, guest.refused_by);
                    },
                .on_activated = [this](const std::string& uid) { queue_.try_now(uid); }}) {}

std::vector<std::unique_ptr<const KubeScheduler::Profile>> KubeScheduler::made_of(
    Api& api, const std::vector<SchedulerProfile>& profiles) {
  INFERLAB_CHECK(!profiles.empty());
  std::vector<std::unique_ptr<const Profile>> out;
  for (const SchedulerProfile& profile : profiles) {
    out.push_back(std::make_unique<const Profile>(api, profile));
  }
  return out;
}

const KubeScheduler::Profile* KubeScheduler::profile_of(const PodView& pod) const {
  const std::string_view name =
      pod.scheduler_name.empty() ? std::string_view("default-scheduler") : pod.scheduler_name;
  for (const auto& profile : profiles_) {
    if (profile->spec.scheduler_name == name) return profile.get();
  }
  return nullptr;
}

const KubeScheduler::Profile& KubeScheduler::profile_of(const PodInfo& pod) const {
  const Profile* found = profile_of(pod.view());
  INFERLAB_CHECK(found != nullptr);
  return *found;
}

bool KubeScheduler::wants_node(const PodView& pod) const {
  return pod.node_name.empty() && !pod.terminal() && !pod.meta.deletion_timestamp &&
         profile_of(pod) != nullptr;
}

void KubeScheduler::start() {
  for (const ObjectPtr& node : api_.store().list("nodes")) {
    see({ChangeType::kAdded, node, nullptr});
  }
  for (const ObjectPtr& pod : api_.store().list("pods")) see({ChangeType::kAdded, pod, nullptr});
  // A heartbeat is nothing to schedule by.
  api_.store().subscribe([this](const Change& change) { see(change); }, Store::ignore);
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
  } else if (resource == "podgroups.scheduling.x-k8s.io" && change.type != ChangeType::kDeleted) {
    note(static_cast<ClusterEvents>(ClusterEvent::kPodGroup), change);
  }
}

void KubeScheduler::see_pod(const Change& change) {
  note(cache_.pod_changed(change), change);
  const Value& document = change.object->document;
  const std::string uid = document["metadata"]["uid"].str();
  // Most writes are about Pods that have a node: they are not worth a look at the whole document.
  const bool bound = !document["spec"]["nodeName"].empty();
  if (change.type == ChangeType::kDeleted || bound || !wants_node(change.object->view<PodView>())) {
    waiting_.leave(uid);
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

void KubeScheduler::look_at(const NodeInfo& node, std::size_t slot, FilterTrial& trial,
                            Search& found) const {
  ++found.looked_at;
  Status verdict = trial.filter_unchanged(node, slot);
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

void KubeScheduler::search(const Profile& profile, const PodInfo& pod, const ClusterView& cluster,
                           std::size_t start, std::size_t wanted, Search& out) const {
  const Framework& framework = profile.framework;
  out.clear();
  const Status status = framework.pre_filter(out.cycle, pod, cluster);
  out.cycle.memo = &profile.memos.of(pod.spec->node_demands, cluster.pods.num_slots(),
                                     cluster.image_revision, cluster.changes);
  if (!status.ok()) {
    out.pre_filter_message = status.message();
    out.refused.assign(cluster.nodes.begin(), cluster.nodes.end());
    out.statuses.assign(cluster.nodes.size(), status);
    return;
  }
  FilterTrial trial(framework, nominator_, out.cycle, pod);
  // The nominated node is the one that has been made free: if it fits, no other is looked at.
  const std::string& nominated = pod.view().nominated_node_name;
  if (!nominated.empty() && !out.keeps_all_refusals) {
    const NodeInfo* node = cache_.node(nominated);
    if (node != nullptr && (!out.cycle.only || out.cycle.only->contains(nominated)) &&
        trial.filter_unchanged(*node, node->slot).ok()) {
      out.feasible.push_back(node);
      out.slots.push_back(static_cast<std::uint32_t>(node->slot));
      return;
    }
  }
  std::vector<const NodeInfo*> narrowed;
  std::vector<std::uint32_t> narrowed_slots;
  NodeSpan nodes = cluster.nodes;
  SlotSpan slots = cluster.slots;
  const bool whole_words = !nominator_.empty() || out.keeps_all_refusals;
  if (out.cycle.only && out.cycle.only->size() == 1 && !whole_words) {
    // As a DaemonSet's Pods: what the other nodes are refused for matters only if this one is too.
    if (take_only(profile, pod, out)) return;
    out.looked_at = 0;
  }
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
  if (!whole_words) {
    take_fitting(profile, pod, nodes, slots, at, wanted, out);
    if (!out.feasible.empty()) return;
    out.looked_at = 0;  // none fits: now each is asked why
  }
  for (std::size_t i = 0; i < nodes.size() && out.feasible.size() < wanted; ++i) {
    look_at(*nodes[at], slots[at], trial, out);
    if (++at == nodes.size()) at = 0;
  }
}

bool KubeScheduler::take_only(const Profile& profile, const PodInfo& pod, Search& out) const {
  const NodeInfo* node = cache_.node(*out.cycle.only->begin());
  if (node == nullptr) return false;
  const auto slot = static_cast<std::uint32_t>(node->slot);
  take_fitting(profile, pod, {&node, 1}, {&slot, 1}, 0, 1, out);
  return !out.feasible.empty();
}

void KubeScheduler::take_fitting(const Profile& profile, const PodInfo& pod, NodeSpan nodes,
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
    profile.framework.filter_many(out.cycle, pod, some, some_slots, out.fits);
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

KubeScheduler::Decision KubeScheduler::decide(const PodInfo& pod) {
  const Profile& profile = profile_of(pod);
  const Framework& framework = profile.framework;
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
  search(profile, pod, cluster, next_start_node_, profile.spec.nodes_to_find(num_nodes), found);
  // The next Pod's search goes on where this one ended, so that large clusters fill evenly.
  next_start_node_ = (next_start_node_ + found.looked_at) % num_nodes;
  if (found.feasible.empty()) {
    out.message = failure_message(num_nodes, found);
    out.refused_by = found.cycle.refused_by;
    FilterTrial trial(framework, nominator_, found.cycle, pod);
    Rng& random = api_.simulation().rng("kube-scheduler", "preemption");
    Plugin::PostFilterResult preemption = framework.post_filter(
        pod, cluster, {found.refused, found.statuses}, trial, &random, &waiting_);
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
  framework.total_scores(found.cycle, pod, cluster, found.feasible, found.slots, scores_);
  const std::int64_t best = *std::max_element(scores.totals.begin(), scores.totals.end());
  // The ties are counted, not listed: a list of hundreds for every Pod wears the heap out.
  const auto ties =
      static_cast<std::uint64_t>(std::count(scores.totals.begin(), scores.totals.end(), best));
  const std::uint64_t chosen = ties > 1 ? ties_.below(ties) : 0;
  std::size_t at = 0;
  for (std::uint64_t seen = 0;; ++at) {
    if (scores.totals[at] == best && seen++ == chosen) break;
  }
  out.node = found.feasible[at]->name;
  return out;
}

void KubeScheduler::refuse(const PodInfoPtr& pod, const Decision& decision) {
  const Profile& profile = profile_of(*pod);
  if (!decision.victims.empty()) {
    const std::string& node = *decision.nominate;
    evict_victims(api_, profile.events, profile.spec.scheduler_name, *pod, node, decision.victims);
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
  profile.events.warning(*current, "FailedScheduling", note_of(decision.message));
  write_unschedulable(api_, *current, decision.message,
                      decision.nominate ? &*decision.nominate : nullptr);
}

}  // namespace inferlab::sim
