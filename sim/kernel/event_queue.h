#pragma once

#include <array>
#include <bit>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <vector>

#include "engine/base/time.h"

namespace inferlab::sim {

/// Names a scheduled event. Never reused within a run; 0 names none.
using EventId = std::uint64_t;

/// Events by (time, id), for a clock that never goes back: a radix heap with digits of six bits.
///
/// A time is read as eleven digits. An event stands at the level of the highest digit in which its
/// time differs from the cursor, in the bucket of that digit. So the lowest bucket of the lowest
/// level in use holds what comes next; when it is its turn the cursor goes to where it begins, and
/// what is in it moves to lower levels, in passes through memory that is read in order. With ten
/// thousand pending an event moves twice, where a binary heap compares thirteen times in places
/// that nobody can foretell. A bucket of level 0 is one moment, and in every bucket events keep
/// the order of their coming, so times are never compared at all.
/// Sources: Ahuja, Mehlhorn, Orlin, Tarjan, "Faster Algorithms for the Shortest Path Problem"
/// (1990); Varghese, Lauck, "Hashed and Hierarchical Timing Wheels" (1987).
class EventQueue {
 public:
  struct Entry {
    Time when;
    EventId id = 0;
  };

  /// Checks: `when` is not before the event taken last, nor before a `latest` that take() was
  /// given since. Ids grow from push to push.
  void push(Entry entry);

  /// Takes the first event that is alive and not after `latest`; nullopt when there is none. Dead
  /// ones before it are thrown away.
  template <typename IsAlive>
  std::optional<Entry> take(Time latest, const IsAlive& is_alive);

  /// When the first one that is alive is due; nullopt when none is. Looks through the first bucket
  /// in which one is.
  template <typename IsAlive>
  std::optional<Time> next_time(const IsAlive& is_alive);

 private:
  static constexpr std::size_t kDigitBits = 6;
  static constexpr std::size_t kDigits = std::size_t{1} << kDigitBits;
  static constexpr std::size_t kLevels = (63 + kDigitBits - 1) / kDigitBits;  // bit 63 is 0
  // Memory of this many entries stays with a bucket; more goes from bucket to bucket, so that what
  // is in use stays in the processor's cache; what is larger still is given back.
  static constexpr std::size_t kOwn = 8, kPassedOn = 4096;

  struct Place {
    std::size_t level, digit;
  };
  using Bucket = std::vector<Entry>;  // in the order of their ids
  struct Level {
    std::array<Bucket, kDigits> buckets;
    std::uint64_t in_use = 0;  // bit d: bucket d holds something
    [[nodiscard]] std::size_t lowest() const {
      return static_cast<std::size_t>(std::countr_zero(in_use));
    }
  };

  [[nodiscard]] static std::uint64_t bits_of(Time when) {
    return static_cast<std::uint64_t>(when.time_since_epoch().count());
  }
  /// In use: there is one.
  [[nodiscard]] Place lowest() const {
    const auto level = static_cast<std::size_t>(std::countr_zero(levels_in_use_));
    return {level, levels_[level].lowest()};
  }
  [[nodiscard]] Bucket& bucket_of(Place place) { return levels_[place.level].buckets[place.digit]; }
  /// The first moment of a bucket.
  [[nodiscard]] Time begin_of(Place place) const;
  void add(const Entry& entry) {
    const std::uint64_t bits = bits_of(entry.when);
    const auto differs = static_cast<std::size_t>(std::bit_width((bits ^ bits_of(cursor_)) | 1));
    const std::size_t level = (differs - 1) / kDigitBits;
    const std::size_t digit = bits >> level * kDigitBits & (kDigits - 1);
    Bucket& bucket = levels_[level].buckets[digit];
    if (bucket.size() == bucket.capacity()) grow(bucket);
    bucket.push_back(entry);
    levels_[level].in_use |= std::uint64_t{1} << digit;
    levels_in_use_ |= 1U << level;
  }
  void grow(Bucket& bucket);
  void empty(Place place);
  /// The cursor goes to the begin of this bucket, and what is in it to lower levels.
  void open(Place place);

  std::array<Level, kLevels> levels_;
  std::vector<Bucket> spare_;  // empty ones, the one used last at the end
  std::uint32_t levels_in_use_ = 0;
  std::size_t taken_ = 0;  // of the lowest bucket of level 0: how many
  Time cursor_{};          // not after anything that is in here
};

template <typename IsAlive>
std::optional<EventQueue::Entry> EventQueue::take(Time latest, const IsAlive& is_alive) {
  const Time began = cursor_;
  while (levels_in_use_ != 0) {
    const Place place = lowest();
    const Bucket& bucket = bucket_of(place);
    if (place.level > 0 && bucket.size() > 1) {
      if (begin_of(place) > latest) return std::nullopt;
      open(place);
      continue;
    }
    const Entry entry = bucket[taken_];
    if (entry.when > latest) return std::nullopt;
    cursor_ = entry.when;
    if (++taken_ == bucket.size()) empty(place);
    if (is_alive(entry.id)) return entry;
  }
  cursor_ = began;  // nothing was left: what comes may well be before the dead ones
  return std::nullopt;
}

template <typename IsAlive>
std::optional<Time> EventQueue::next_time(const IsAlive& is_alive) {
  while (levels_in_use_ != 0) {
    const Place place = lowest();
    const Bucket& bucket = bucket_of(place);
    std::optional<Time> first;
    for (std::size_t i = taken_; i < bucket.size(); ++i) {
      if ((!first || bucket[i].when < *first) && is_alive(bucket[i].id)) first = bucket[i].when;
    }
    if (first) return first;
    empty(place);
  }
  return std::nullopt;
}

}  // namespace inferlab::sim
