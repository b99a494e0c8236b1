#pragma once

#include <httplib.h>

#include <condition_variable>
#include <deque>
#include <functional>
#include <mutex>
#include <thread>
#include <vector>

namespace inferlab {

/// The threads of an HttpListener, one for each open connection. A thread starts when a connection
/// finds none idle, up to `max_threads`; beyond that connections wait. So a large limit costs
/// nothing while few clients come. Source: httplib::TaskQueue.
class ConnectionPool final : public httplib::TaskQueue {
 public:
  /// Checks: max_threads > 0.
  explicit ConnectionPool(std::size_t max_threads);

  void enqueue(std::function<void()> job) override;
  /// Returns when all jobs are done and all threads have ended.
  void shutdown() override;

 private:
  void start_thread();
  void work();

  std::size_t max_threads_;
  std::mutex mutex_;  // of what follows
  std::condition_variable changed_;
  std::deque<std::function<void()>> jobs_;
  std::size_t num_idle_ = 0;
  bool ending_ = false;
  std::vector<std::thread> threads_;
};

}  // namespace inferlab
