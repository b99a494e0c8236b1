#include "sim/apiserver/watch_hub.h"

#include <algorithm>
#include <iterator>
#include <utility>

namespace inferlab::sim {

WatchQueue::WatchQueue(std::string resource, std::string ns)
    : resource_(std::move(resource)), ns_(std::move(ns)) {}

bool WatchQueue::wants(const ObjectKey& key) const {
  return key.resource == resource_ && (ns_.empty() || key.ns == ns_);
}

bool WatchQueue::push(const Change& change) {
  const std::lock_guard lock(mutex_);
  if (closed_) return false;
  if (waiting_.size() >= kMaxWaiting) {
    closed_ = true;
    waiting_.clear();
  } else {
    waiting_.push_back(change);
  }
  changed_.notify_one();
  return !closed_;
}

std::vector<Change> WatchQueue::take(std::chrono::steady_clock::time_point deadline) {
  std::unique_lock lock(mutex_);
  changed_.wait_until(lock, deadline, [this] { return closed_ || !waiting_.empty(); });
  std::vector<Change> result(std::make_move_iterator(waiting_.begin()),
                             std::make_move_iterator(waiting_.end()));
  waiting_.clear();
  return result;
}

void WatchQueue::close() {
  const std::lock_guard lock(mutex_);
  closed_ = true;
  changed_.notify_all();
}

bool WatchQueue::closed() const {
  const std::lock_guard lock(mutex_);
  return closed_;
}

bool WatchQueue::empty() const {
  const std::lock_guard lock(mutex_);
  return waiting_.empty();
}

void WatchHub::follow(Store& store) {
  if (following_) return;
  following_ = true;
  revision_ = store.revision();
  store.subscribe(
      [hub = weak_from_this()](const Change& change) {
        if (const auto alive = hub.lock()) alive->tell(change);
      },
      [hub = weak_from_this()](const Renewal& renewal) {
        if (const auto alive = hub.lock()) alive->tell(renewal);
      });
}

void WatchHub::add(std::shared_ptr<WatchQueue> queue) {
  const std::lock_guard lock(mutex_);
  if (closed_) {
    queue->close();
  } else {
    queues_.push_back(std::move(queue));
  }
}

void WatchHub::remove(const std::shared_ptr<WatchQueue>& queue) {
  const std::lock_guard lock(mutex_);
  std::erase(queues_, queue);
}

void WatchHub::close() {
  const std::lock_guard lock(mutex_);
  closed_ = true;
  for (const auto& queue : queues_) queue->close();
  queues_.clear();
}

bool WatchHub::closed() const {
  const std::lock_guard lock(mutex_);
  return closed_;
}

std::size_t WatchHub::watches() const {
  const std::lock_guard lock(mutex_);
  return queues_.size();
}

void WatchHub::tell(const Renewal& renewal) {
  const auto is_wanted = [&] {
    const std::lock_guard lock(mutex_);
    return std::any_of(queues_.begin(), queues_.end(),
                       [&](const auto& queue) { return queue->wants(renewal.key); });
  };
  if (is_wanted()) {
    tell(renewal.change());
  } else {
    revision_ = renewal.revision;
  }
}

std::map<std::string, std::size_t> WatchHub::watches_by_resource() const {
  const std::lock_guard lock(mutex_);
  std::map<std::string, std::size_t> watches;
  for (const auto& queue : queues_) ++watches[queue->resource()];
  return watches;
}

void WatchHub::tell(const Change& change) {
  {
    const std::lock_guard lock(mutex_);
    std::erase_if(queues_, [&](const auto& queue) {
      return queue->wants(change.object->key) && !queue->push(change);
    });
  }
  revision_ = change.object->revision;
}

}  // namespace inferlab::sim
