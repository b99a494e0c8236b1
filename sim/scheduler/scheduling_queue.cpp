#include "sim/scheduler/scheduling_queue.h"

#include <algorithm>
#include <vector>

#include "engine/base/check.h"
#include "sim/scheduler/scheduler_cache.h"

namespace inferlab::sim {

SchedulingQueue::SchedulingQueue(Simulation& simulation, const Store& store,
                                 const SchedulerProfile& profile, const Framework& sorter,
                                 FrameworkOf framework_of, std::function<void()> on_active)
    : simulation_(simulation),
      store_(store),
      framework_of_(std::move(framework_of)),
      initial_backoff_(profile.initial_backoff),
      max_backoff_(profile.max_backoff),
      on_active_(std::move(on_active)),
      active_(Before{&sorter}) {}

void SchedulingQueue::add_or_update(const ObjectPtr& pod) {
  const std::string uid = pod->view<PodView>().meta.uid;
  const auto [it, added] = entries_.try_emplace(uid);
  Entry& entry = it->second;
  if (added) {
    entry.pod = std::make_shared<const PodInfo>(pod, views_.of(*pod));
    const Time now = simulation_.now();
    entry.sort = {entry.pod->view().priority, now, ++seats_, now,
                  pod->key.ns + "/" + pod->key.name};
    activate(entry, uid);
    return;
  }
  // A write of its status, by this scheduler above all, does not make a Pod schedulable.
  if (same_for_scheduling(*entry.pod->object, *pod)) {
    entry.pod = std::make_shared<const PodInfo>(*entry.pod, pod);
    return;
  }
  const ObjectPtr previous = entry.pod->object;
  entry.pod = std::make_shared<const PodInfo>(pod, views_.of(*pod));
  switch (entry.where) {
    case Where::kInFlight:
      entry.changed_in_flight = true;
      return;
    case Where::kBackoff:
      return;
    case Where::kActive:
    case Where::kGated:
      leave(entry, uid);
      entry.sort.priority = entry.pod->view().priority;
      activate(entry, uid);
      return;
    case Where::kUnschedulable:
      if (!framework_of_(*entry.pod)
               .may_help(*entry.pod, entry.refused_by,
                         {static_cast<ClusterEvents>(ClusterEvent::kPodUpdate), pod, previous})) {
        return;
      }
      leave(entry, uid);
      retry(entry, uid);
      return;
  }
}

void SchedulingQueue::remove(const std::string& uid) {
  const auto it = entries_.find(uid);
  if (it == entries_.end()) return;
  leave(it->second, uid);
  entries_.erase(it);
}

SchedulingQueue::Popped SchedulingQueue::pop() {
  INFERLAB_CHECK(!active_.empty());
  const std::string uid = active_.begin()->uid;
  Entry& entry = entries_.at(uid);
  leave(entry, uid);
  ++entry.attempts;
  return {entry.pod, entry.attempts};
}

void SchedulingQueue::give_back(const std::string& uid, Framework::PluginSet refused_by) {
  const auto it = entries_.find(uid);
  if (it == entries_.end()) return;
  Entry& entry = it->second;
  INFERLAB_CHECK(entry.where == Where::kInFlight);
  entry.sort.queued = simulation_.now();
  entry.refused_by = refused_by;
  if (refused_by == 0 || entry.changed_in_flight) {
    entry.changed_in_flight = false;
    retry(entry, uid);
    return;
  }
  entry.where = Where::kUnschedulable;
  waiting_.emplace(entry.sort.seat, &*it);
  entry.timer = simulation_.after(kMaxUnschedulable, "scheduler/flush-unschedulable", [this, uid] {
    Entry& flushed = entries_.at(uid);
    flushed.timer = 0;
    leave(flushed, uid);
    retry(flushed, uid);
  });
}

void SchedulingQueue::wake(const ClusterChange& change) {
  std::vector<std::pair<const std::string, Entry>*> woken;
  for (const auto& [seat, waiting] : waiting_) {
    const Entry& entry = waiting->second;
    if (framework_of_(*entry.pod).may_help(*entry.pod, entry.refused_by, change))
      woken.push_back(waiting);
  }
  for (auto* waiting : woken) {
    leave(waiting->second, waiting->first);
    retry(waiting->second, waiting->first);
  }
}

void SchedulingQueue::try_now(const std::string& uid) {
  const auto it = entries_.find(uid);
  if (it == entries_.end()) return;
  Entry& entry = it->second;
  if (entry.where != Where::kBackoff && entry.where != Where::kUnschedulable) return;
  leave(entry, uid);
  activate(entry, uid);
}

SchedulingQueue::Sizes SchedulingQueue::sizes() const {
  Sizes out;
  for (const auto& [uid, entry] : entries_) {
    switch (entry.where) {
      case Where::kInFlight:
        break;
      case Where::kActive:
        ++out.active;
        break;
      case Where::kBackoff:
        ++out.backoff;
        break;
      case Where::kUnschedulable:
        ++out.unschedulable;
        break;
      case Where::kGated:
        ++out.gated;
        break;
    }
  }
  return out;
}

Duration SchedulingQueue::backoff(const Entry& entry) const {
  Duration wait = initial_backoff_;
  for (int i = 1; i < entry.attempts && wait < max_backoff_; ++i) wait *= 2;
  return std::min(wait, max_backoff_);
}

void SchedulingQueue::leave(Entry& entry, const std::string& uid) {
  if (entry.timer != 0) simulation_.cancel(entry.timer);
  entry.timer = 0;
  if (entry.where == Where::kActive) active_.erase({entry.sort, uid});
  if (entry.where == Where::kUnschedulable) waiting_.erase(entry.sort.seat);
  entry.where = Where::kInFlight;
}

void SchedulingQueue::activate(Entry& entry, const std::string& uid) {
  const Framework& framework = framework_of_(*entry.pod);
  if (!framework.pre_enqueue(*entry.pod, entry.refused_by).ok()) {
    entry.where = Where::kGated;
    return;
  }
  framework.prepare_sort(*entry.pod, store_, entry.sort);
  entry.where = Where::kActive;
  active_.insert({entry.sort, uid});
  on_active_();
}

void SchedulingQueue::retry(Entry& entry, const std::string& uid) {
  const Time ready = entry.sort.queued + backoff(entry);
  if (ready <= simulation_.now()) {
    activate(entry, uid);
    return;
  }
  entry.where = Where::kBackoff;
  entry.timer = simulation_.at(ready, "scheduler/backoff", [this, uid] {
    Entry& rested = entries_.at(uid);
    rested.timer = 0;
    rested.where = Where::kInFlight;
    activate(rested, uid);
  });
}

}  // namespace inferlab::sim
