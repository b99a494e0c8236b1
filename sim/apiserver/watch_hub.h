#pragma once

#include <atomic>
#include <chrono>
#include <condition_variable>
#include <cstdint>
#include <deque>
#include <map>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <vector>

#include "sim/api/store.h"

namespace inferlab::sim {

/// What one watch has still to send: filled on the run's thread, emptied on the connection's.
///
/// Bounded: a client that does not read while thousands of objects change is dropped, and starts
/// again with a list, as with the real server.
class WatchQueue {
 public:
  /// A resource ("pods") of one namespace, or of all when `ns` is empty.
  WatchQueue(std::string resource, std::string ns);

  [[nodiscard]] bool wants(const ObjectKey& key) const;
  [[nodiscard]] const std::string& resource() const { return resource_; }
  /// False, and the queue closed, when it is full.
  bool push(const Change& change);
  /// Waits for changes until `deadline`; empty when none came or the queue is closed.
  std::vector<Change> take(std::chrono::steady_clock::time_point deadline);
  void close();
  [[nodiscard]] bool closed() const;
  [[nodiscard]] bool empty() const;

 private:
  static constexpr std::size_t kMaxWaiting = 20'000;
  const std::string resource_, ns_;
  mutable std::mutex mutex_;
  std::condition_variable changed_;
  std::deque<Change> waiting_;
  bool closed_ = false;
};

/// Hands each write of the store to the watches that want it.
///
/// add() and remove() from any thread; each watch must be added inside a function on the run's
/// thread, so that nothing lies between the state it starts from and the first change it sees.
class WatchHub : public std::enable_shared_from_this<WatchHub> {
 public:
  /// On the run's thread. Subscribes once; the store may outlive the hub.
  void follow(Store& store);

  void add(std::shared_ptr<WatchQueue> queue);
  void remove(const std::shared_ptr<WatchQueue>& queue);
  /// Every watch ends now, and those still to be added as well.
  void close();
  [[nodiscard]] bool closed() const;

  /// Every change up to this revision is in the queues.
  [[nodiscard]] std::uint64_t revision() const { return revision_.load(); }
  [[nodiscard]] std::size_t watches() const;
  /// By the resource that is watched, "deployments.apps"; only those that are.
  [[nodiscard]] std::map<std::string, std::size_t> watches_by_resource() const;

 private:
  void tell(const Change& change);
  void tell(const Renewal& renewal);

  bool following_ = false;  // the run's thread only
  std::atomic<std::uint64_t> revision_ = 0;
  mutable std::mutex mutex_;
  std::vector<std::shared_ptr<WatchQueue>> queues_;
  bool closed_ = false;
};

}  // namespace inferlab::sim
