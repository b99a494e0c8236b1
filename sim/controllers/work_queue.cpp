#include "sim/controllers/work_queue.h"

#include <algorithm>
#include <utility>

namespace inferlab::sim {

WorkQueue::WorkQueue(Simulation& simulation, const char* label,
                     std::function<void(const ObjectKey&)> work)
    : simulation_(simulation), label_(label), work_(std::move(work)) {}

void WorkQueue::add(const ObjectKey& key) {
  if (!queued_.insert(key).second) return;
  simulation_.after(kInformerLatency, label_, [this, key] {
    // First out of the queue: the work may add the key again.
    queued_.erase(key);
    work_(key);
  });
}

void WorkQueue::add_after(const ObjectKey& key, Duration delay) {
  const Time due = simulation_.now() + delay;
  const auto found = waiting_.find(key);
  if (found != waiting_.end()) {
    if (found->second.due <= due) return;
    simulation_.cancel(found->second.event);
    waiting_.erase(found);
  }
  const EventId event = simulation_.at(due, label_, [this, key] {
    waiting_.erase(key);
    if (!queued_.contains(key)) work_(key);  // else it comes in a moment
  });
  waiting_.emplace(key, Waiting{event, due});
}

void WorkQueue::add_rate_limited(const ObjectKey& key) {
  const int failures = failures_[key]++;
  Duration wait = kFirstRetry;
  for (int i = 0; i < failures && wait < kLongestRetry; ++i) wait *= 2;
  add_after(key, std::min(wait, kLongestRetry));
}

}  // namespace inferlab::sim
