#pragma once

#include <functional>
#include <map>

#include "sim/api/store.h"
#include "sim/kernel/simulation.h"

namespace inferlab::sim {

/// The keys a controller has yet to look at. A key stands in it once, however often it is added.
///
/// Every key becomes an event of its own, so what is due at one moment runs in the order of adding.
/// Source: k8s.io/client-go/util/workqueue.
class WorkQueue {
 public:
  /// From a write to the moment a controller looks at it: the watch, the informer, the queue.
  static constexpr Duration kInformerLatency = 5ms;
  /// Waits after the first, second … failure in a row, doubled up to the longest.
  static constexpr Duration kFirstRetry = 5ms;
  static constexpr Duration kLongestRetry = 1000s;

  /// `label` is the label of the events, a string literal. `work` is given the key that is due.
  WorkQueue(Simulation& simulation, const char* label, std::function<void(const ObjectKey&)> work);

  void add(const ObjectKey& key) { add_after(key, kInformerLatency); }
  /// When the key is queued already, the earlier moment counts: whoever needs another look later on
  /// asks for it again in reconcile().
  void add_after(const ObjectKey& key, Duration delay);
  /// After a failure.
  void add_rate_limited(const ObjectKey& key);
  /// After a success: the next failure is the first again.
  void forget(const ObjectKey& key) { failures_.erase(key); }

  [[nodiscard]] std::size_t size() const { return queued_.size(); }

 private:
  struct Queued {
    EventId event;
    Time due;
  };
  Simulation& simulation_;
  const char* label_;
  std::function<void(const ObjectKey&)> work_;
  std::map<ObjectKey, Queued> queued_;
  std::map<ObjectKey, int> failures_;
};

}  // namespace inferlab::sim
