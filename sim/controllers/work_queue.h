#pragma once

#include <functional>
#include <map>
#include <set>

#include "sim/api/store.h"
#include "sim/kernel/simulation.h"

namespace inferlab::sim {

/// The keys a controller has yet to look at. A key stands in it once, however often it is added.
///
/// Every key becomes an event of its own, so what is due at one moment runs in the order of adding.
/// Keys that are due at once and keys that wait for their time stand apart: a change that comes in
/// between does not make a timer be forgotten.
/// Source: k8s.io/client-go/util/workqueue.
class WorkQueue {
 public:
  /// From a write to the moment a controller looks at it: the watch, the informer, the queue. A
  /// client that writes one Pod after the other is slower, so each write is seen by itself, as in
  /// the recordings of a real control plane.
  static constexpr Duration kInformerLatency = 1ms;
  /// Waits after the first, second … failure in a row, doubled up to the longest.
  static constexpr Duration kFirstRetry = 5ms;
  static constexpr Duration kLongestRetry = 1000s;

  /// `label` is the label of the events, a string literal. `work` is given the key that is due.
  WorkQueue(Simulation& simulation, const char* label, std::function<void(const ObjectKey&)> work);

  void add(const ObjectKey& key);
  /// Another look when `delay` is over. Of two such times of a key the earlier one counts.
  void add_after(const ObjectKey& key, Duration delay);
  /// After a failure.
  void add_rate_limited(const ObjectKey& key);
  /// After a success: the next failure is the first again.
  void forget(const ObjectKey& key) { failures_.erase(key); }

  /// Keys due at once, not those that wait for their time.
  [[nodiscard]] std::size_t size() const { return queued_.size(); }

 private:
  struct Waiting {
    EventId event;
    Time due;
  };
  Simulation& simulation_;
  const char* label_;
  std::function<void(const ObjectKey&)> work_;
  std::set<ObjectKey> queued_;
  std::map<ObjectKey, Waiting> waiting_;
  std::map<ObjectKey, int> failures_;
};

}  // namespace inferlab::sim
