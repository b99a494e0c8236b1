#include "sim/kernel/event_queue.h"

#include <utility>

#include "engine/base/check.h"

namespace inferlab::sim {

void EventQueue::push(Entry entry) {
  INFERLAB_CHECK(entry.when >= cursor_);  // and so not before time zero: bit 63 is never set
  add(entry);
}

Time EventQueue::begin_of(Place place) const {
  const std::size_t shift = place.level * kDigitBits;
  const std::size_t above = shift + kDigitBits;
  const std::uint64_t high = above < 64 ? bits_of(cursor_) >> above << above : 0;
  return Time{Duration{static_cast<std::int64_t>(high | place.digit << shift)}};
}

void EventQueue::open(Place place) {
  cursor_ = begin_of(place);
  for (const Entry& entry : bucket_of(place)) add(entry);
  empty(place);
}

void EventQueue::grow(Bucket& bucket) {
  if (bucket.empty()) return bucket.reserve(kOwn);
  if (spare_.empty() || spare_.back().capacity() <= bucket.size()) {
    return bucket.reserve(2 * bucket.size());
  }
  Bucket larger = std::move(spare_.back());
  spare_.pop_back();
  larger.assign(bucket.begin(), bucket.end());
  bucket = std::move(larger);
}

void EventQueue::empty(Place place) {
  Bucket& bucket = bucket_of(place);
  bucket.clear();
  if (bucket.capacity() > kOwn) {
    if (bucket.capacity() <= kPassedOn) spare_.push_back(std::move(bucket));
    bucket = Bucket();
  }
  taken_ = 0;
  Level& level = levels_[place.level];
  level.in_use &= ~(std::uint64_t{1} << place.digit);
  if (level.in_use == 0) levels_in_use_ &= ~(1U << place.level);
}

}  // namespace inferlab::sim
