#pragma once

#include <condition_variable>
#include <cstdint>
#include <mutex>
#include <thread>
#include <vector>

#include "sim/apiserver/request_router.h"

namespace inferlab::labs {

/// A hundred clients that watch all Pods, each on a thread of its own as in the server. They count
/// the changes that they were sent. The router must be closed before this object goes.
class Watchers {
 public:
  static constexpr std::size_t kCount = 100;

  /// From this revision on.
  Watchers(sim::RequestRouter& router, std::uint64_t revision);
  Watchers(const Watchers&) = delete;
  Watchers& operator=(const Watchers&) = delete;

  /// Changes received, of all clients together.
  [[nodiscard]] std::size_t received() const;
  /// Sleeps until so many were received.
  void wait_for(std::size_t count) const;

 private:
  class Sink;

  mutable std::mutex mutex_;
  mutable std::condition_variable arrived_;
  std::size_t received_ = 0;
  std::vector<std::jthread> threads_;  // the last: they end before what they use
};

}  // namespace inferlab::labs
