#include "engine/serve/connection_pool.h"

#include <system_error>
#include <utility>

#include "engine/base/check.h"

namespace inferlab {

ConnectionPool::ConnectionPool(std::size_t max_threads) : max_threads_(max_threads) {
  INFERLAB_CHECK(max_threads > 0);
}

void ConnectionPool::enqueue(std::function<void()> job) {
  {
    const std::scoped_lock lock(mutex_);
    jobs_.push_back(std::move(job));
    if (num_idle_ < jobs_.size() && threads_.size() < max_threads_) start_thread();
  }
  changed_.notify_one();
}

void ConnectionPool::start_thread() {
  try {
    threads_.emplace_back([this] { work(); });
  } catch (const std::system_error&) {
    // The machine grants no more threads: the job waits for one of those that there are, or, while
    // there is none, for the next connection's try.
  }
}

void ConnectionPool::shutdown() {
  {
    const std::scoped_lock lock(mutex_);
    ending_ = true;
  }
  changed_.notify_all();
  for (std::thread& thread : threads_) thread.join();
}

void ConnectionPool::work() {
  std::unique_lock lock(mutex_);
  while (true) {
    ++num_idle_;
    changed_.wait(lock, [this] { return !jobs_.empty() || ending_; });
    --num_idle_;
    if (jobs_.empty()) return;
    const std::function<void()> job = std::move(jobs_.front());
    jobs_.pop_front();
    lock.unlock();
    job();
    lock.lock();
  }
}

}  // namespace inferlab
