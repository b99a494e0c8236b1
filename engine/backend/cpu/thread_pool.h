#pragma once

#include <atomic>
#include <cstdint>
#include <functional>
#include <memory>
#include <thread>
#include <vector>

namespace inferlab::cpu {

/// Threads that share the work of one step.
///
/// A region of work is a number of items, which the threads take one after the other: a thread that
/// the operating system holds up delays the region by one item, not by its share. Between regions
/// threads look for work for some microseconds and then sleep, so that an idle engine costs nothing
/// and a busy machine loses no time slice to waiting.
class ThreadPool {
 public:
  /// Starts `num_threads - 1` threads: the one that calls run() is the last. Checks: at least 1.
  explicit ThreadPool(int num_threads);
  ThreadPool(const ThreadPool&) = delete;
  ThreadPool& operator=(const ThreadPool&) = delete;
  ~ThreadPool();

  /// Calls body(item, thread) for each item from 0 to num_items, thread from 0 to num_threads(),
  /// and returns when all are done. One caller at a time; the body must not call run().
  template <typename Body>
  void run(std::int64_t num_items, const Body& body) {
    if (num_items <= 1 || workers_.empty()) {
      for (std::int64_t i = 0; i < num_items; ++i) body(i, 0);
      return;
    }
    run_erased(num_items, &body, [](const void* what, std::int64_t item, int thread) {
      (*static_cast<const Body*>(what))(item, thread);
    });
  }

  [[nodiscard]] int num_threads() const { return static_cast<int>(workers_.size()) + 1; }

 private:
  using Call = void (*)(const void* body, std::int64_t item, int thread);
  void run_erased(std::int64_t num_items, const void* body, Call call);
  void work(int thread);
  void take_items(int thread);

  // Written by the caller before `region_` grows, read by the workers after they saw it grow.
  const void* body_ = nullptr;
  Call call_ = nullptr;
  std::int64_t num_items_ = 0;

  // Each on its own cache line: they are written by different threads at different times.
  alignas(64) std::atomic<std::uint32_t> region_ = 0;  // grows by one for each region
  alignas(64) std::atomic<std::int64_t> next_item_ = 0;
  alignas(64) std::atomic<std::int32_t> busy_workers_ = 0;  // that have not left the region yet
  std::atomic<bool> stopping_ = false;
  std::vector<std::jthread> workers_;
};

/// Processors that this process may use: those of its affinity mask, no more than its cgroup's CPU
/// quota rounded up (cgroup v2's cpu.max, v1's cpu.cfs_quota_us), at least 1.
int available_processors();

}  // namespace inferlab::cpu
