#include "sim/apiserver/connection_threads.h"

#include <system_error>
#include <utility>

namespace inferlab::sim {

void ConnectionThreads::enqueue(std::function<void()> connection) {
  Threads ended;
  {
    const std::lock_guard lock(mutex_);
    line_.push_back(std::move(connection));
    ended.swap(ended_);
    if (line_.size() > free_ && threads_.size() < most_) start_thread();
    count_waiting();
  }
  changed_.notify_one();
  for (std::thread& thread : ended) thread.join();
}

void ConnectionThreads::count_waiting() {
  // As long as there may be more threads nobody need give way: a new one is on its way.
  const bool full = threads_.size() >= most_;
  waiting_ = full && line_.size() > free_ ? line_.size() - free_ : 0;
}

void ConnectionThreads::start_thread() {
  const auto self = threads_.emplace(threads_.end());
  try {
    *self = std::thread([this, self] { run(self); });
  } catch (const std::system_error&) {
    // The system gives no more threads: the connection waits until one is free.
    threads_.erase(self);
  }
}

void ConnectionThreads::run(Threads::iterator self) {
  std::unique_lock lock(mutex_);
  while (true) {
    ++free_;
    const bool asked =
        changed_.wait_for(lock, spare_, [this] { return stopping_ || !line_.empty(); });
    --free_;
    if (line_.empty() && (stopping_ || !asked)) break;
    const std::function<void()> connection = std::move(line_.front());
    line_.pop_front();
    count_waiting();
    lock.unlock();
    connection();
    lock.lock();
  }
  ended_.splice(ended_.end(), threads_, self);
  if (threads_.empty()) all_ended_.notify_all();
}

void ConnectionThreads::shutdown() {
  Threads ended;
  {
    std::unique_lock lock(mutex_);
    stopping_ = true;
    changed_.notify_all();
    all_ended_.wait(lock, [this] { return threads_.empty(); });
    ended.swap(ended_);
  }
  for (std::thread& thread : ended) thread.join();
}

std::size_t ConnectionThreads::threads() const {
  const std::lock_guard lock(mutex_);
  return threads_.size();
}

}  // namespace inferlab::sim
