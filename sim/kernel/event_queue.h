#pragma once

#include <array>
#include <bit>
#include <cstddef>
#include <cstdint>
#include <vector>

#include "engine/base/time.h"

namespace inferlab::sim {

/// Names a scheduled event. Never reused within a run; 0 names none.
using EventId = std::uint64_t;

/// Events by (time, id), for a clock that never goes back: a radix heap.
///
/// An event stands in the bucket that the highest bit tells in which its time differs from that of
/// the event taken last. Only the lowest bucket in use is ever looked through, when it is its turn,
/// and what is in it then moves down. In a bucket events keep the order of their coming, so those
/// of one moment need not be compared at all; with ten thousand pending an event moves six or seven
/// times, in passes through memory that is read in order, where a binary heap compares thirteen
/// times in places that nobody can foretell.
/// Source: Ahuja, Mehlhorn, Orlin, Tarjan, "Faster Algorithms for the Shortest Path Problem"
/// (1990).
class EventQueue {
 public:
  struct Entry {
    Time when;
    EventId id = 0;
  };

  /// Checks: `when` is not before the event taken last. Ids grow from push to push.
  void push(Entry entry);

  /// The next event that is alive, or nullptr; valid until the next call. Dead ones before it are
  /// thrown away.
  template <typename IsAlive>
  const Entry* first(const IsAlive& is_alive) {
    while (in_use_ != 0) {
      Bucket& bucket = lowest();
      if (is_alive(bucket.earliest().id)) return &bucket.earliest();
      if (&bucket == &buckets_[0]) {
        ++bucket.taken;
      } else {
        std::erase_if(bucket.entries, [&](const Entry& entry) { return !is_alive(entry.id); });
        bucket.find_earliest();
      }
      if (bucket.is_empty()) empty(bucket);
    }
    return nullptr;
  }
  /// Takes the event that first() has given just now.
  Entry take();

 private:
  struct Bucket {
    std::vector<Entry> entries;  // in the order of their ids
    std::size_t at = 0;          // of the earliest one
    std::size_t taken = 0;       // of bucket 0, whose events are all of one moment: how many
    [[nodiscard]] bool is_empty() const { return taken == entries.size(); }
    [[nodiscard]] const Entry& earliest() const { return entries[at + taken]; }
    void add(Entry entry) {
      entries.push_back(entry);
      if (entry.when < entries[at].when) at = entries.size() - 1;
    }
    void find_earliest();
  };

  Bucket& lowest() { return buckets_[static_cast<std::size_t>(std::countr_zero(in_use_))]; }
  void empty(Bucket& bucket);
  /// The bucket of this time; it counts as in use from now on.
  Bucket& bucket_of(Time when);

  std::array<Bucket, 64> buckets_;
  std::uint64_t in_use_ = 0;  // bit b: bucket b holds something
  Time last_{};               // of the event taken last
};

}  // namespace inferlab::sim
