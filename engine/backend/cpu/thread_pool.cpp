#include "engine/backend/cpu/thread_pool.h"

#include <sched.h>

#include <algorithm>
#include <fstream>
#include <string>

#include "engine/base/check.h"

namespace inferlab::cpu {
namespace {

/// How often a thread looks before it sleeps: some tens of microseconds, which is more than the
/// work between two regions of a step and far less than a time slice.
constexpr int kLooks = 2000;

void pause_briefly() {
#if defined(__x86_64__)
  __builtin_ia32_pause();
#endif
}

/// Waits until `value` is no longer `old`.
template <typename T>
void wait_for_change(const std::atomic<T>& value, T old) {
  for (int i = 0; i < kLooks; ++i) {
    if (value.load(std::memory_order_acquire) != old) return;
    pause_briefly();
  }
  value.wait(old, std::memory_order_acquire);
}

/// "max 100000" or "150000 100000": quota and period in microseconds. 0 when there is no limit.
int quota_processors(const std::string& quota, double period) {
  if (quota.empty() || quota == "max" || quota[0] == '-' || period <= 0) return 0;
  const double microseconds = std::strtod(quota.c_str(), nullptr);
  return static_cast<int>((microseconds + period - 1) / period);
}

int cgroup_processors() {
  std::string quota;
  double period = 0;
  if (std::ifstream file("/sys/fs/cgroup/cpu.max"); file >> quota >> period) {
    return quota_processors(quota, period);
  }
  std::ifstream quota_file("/sys/fs/cgroup/cpu/cpu.cfs_quota_us");
  std::ifstream period_file("/sys/fs/cgroup/cpu/cpu.cfs_period_us");
  if (quota_file >> quota && period_file >> period) return quota_processors(quota, period);
  return 0;
}

}  // namespace

ThreadPool::ThreadPool(int num_threads) {
  INFERLAB_CHECK(num_threads >= 1);
  for (int thread = 1; thread < num_threads; ++thread) {
    workers_.emplace_back([this, thread] { work(thread); });
  }
}

ThreadPool::~ThreadPool() {
  stopping_.store(true, std::memory_order_relaxed);
  region_.fetch_add(1, std::memory_order_release);
  region_.notify_all();
}

void ThreadPool::run_erased(std::int64_t num_items, const void* body, Call call) {
  body_ = body;
  call_ = call;
  num_items_ = num_items;
  next_item_.store(0, std::memory_order_relaxed);
  busy_workers_.store(static_cast<std::int32_t>(workers_.size()), std::memory_order_relaxed);
  region_.fetch_add(1, std::memory_order_release);
  region_.notify_all();
  take_items(0);
  // Workers must have left before the next region may change what they read.
  while (const std::int32_t busy = busy_workers_.load(std::memory_order_acquire)) {
    wait_for_change(busy_workers_, busy);
  }
}

void ThreadPool::work(int thread) {
  std::uint32_t seen = 0;
  for (;;) {
    wait_for_change(region_, seen);
    seen = region_.load(std::memory_order_acquire);
    if (stopping_.load(std::memory_order_relaxed)) return;
    take_items(thread);
    if (busy_workers_.fetch_sub(1, std::memory_order_release) == 1) busy_workers_.notify_one();
  }
}

void ThreadPool::take_items(int thread) {
  for (;;) {
    const std::int64_t item = next_item_.fetch_add(1, std::memory_order_relaxed);
    if (item >= num_items_) return;
    call_(body_, item, thread);
  }
}

int available_processors() {
  cpu_set_t set;
  CPU_ZERO(&set);
  int count = 1;
  if (::sched_getaffinity(0, sizeof set, &set) == 0) count = CPU_COUNT(&set);
  const int quota = cgroup_processors();
  return std::max(1, quota > 0 ? std::min(count, quota) : count);
}

}  // namespace inferlab::cpu
