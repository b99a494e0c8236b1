#pragma once

#include <httplib.h>

#include <atomic>
#include <chrono>
#include <condition_variable>
#include <cstddef>
#include <functional>
#include <list>
#include <mutex>
#include <thread>

namespace inferlab::sim {

/// A thread for each connection that is served: made when one comes and none is free, gone when it
/// has had nothing to do for a while. Each watch holds one for as long as it lasts, so that a fixed
/// number of them would be too many for most servers and too few for a busy one.
class ConnectionThreads final : public httplib::TaskQueue {
 public:
  /// Connections beyond `most` wait in line; `waiting` says how many.
  ConnectionThreads(std::size_t most, std::atomic<std::size_t>& waiting,
                    std::chrono::milliseconds spare = std::chrono::seconds(5))
      : most_(most), waiting_(waiting), spare_(spare) {}
  ConnectionThreads(const ConnectionThreads&) = delete;
  ConnectionThreads& operator=(const ConnectionThreads&) = delete;
  ~ConnectionThreads() override { shutdown(); }

  void enqueue(std::function<void()> connection) override;
  /// Serves what waits in line, then joins all threads. Idempotent.
  void shutdown() override;

  [[nodiscard]] std::size_t threads() const;

 private:
  using Threads = std::list<std::thread>;
  void start_thread();   // with mutex_ held
  void count_waiting();  // with mutex_ held
  void run(Threads::iterator self);

  const std::size_t most_;
  std::atomic<std::size_t>& waiting_;
  const std::chrono::milliseconds spare_;
  mutable std::mutex mutex_;
  std::condition_variable changed_, all_ended_;
  std::list<std::function<void()>> line_;
  Threads threads_;
  Threads ended_;  // to be joined by the next who comes
  std::size_t free_ = 0;
  bool stopping_ = false;
};

}  // namespace inferlab::sim
