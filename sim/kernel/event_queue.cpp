#include "sim/kernel/event_queue.h"

#include "engine/base/check.h"

namespace inferlab::sim {

void EventQueue::Bucket::find_earliest() {
  at = 0;
  for (std::size_t i = 1; i < entries.size(); ++i) {
    if (entries[i].when < entries[at].when) at = i;
  }
}

void EventQueue::empty(Bucket& bucket) {
  bucket.entries.clear();
  bucket.at = 0;
  bucket.taken = 0;
  in_use_ &= ~(std::uint64_t{1} << (&bucket - buckets_.data()));
}

EventQueue::Bucket& EventQueue::bucket_of(Time when) {
  const auto bits = static_cast<std::uint64_t>(when.time_since_epoch().count() ^
                                               last_.time_since_epoch().count());
  const auto number = static_cast<std::size_t>(std::bit_width(bits));
  in_use_ |= std::uint64_t{1} << number;
  return buckets_[number];
}

void EventQueue::push(Entry entry) {
  INFERLAB_CHECK(entry.when >= last_);  // and so not before time zero: bit 63 is never set
  bucket_of(entry.when).add(entry);
}

EventQueue::Entry EventQueue::take() {
  Bucket& bucket = lowest();
  if (&bucket != &buckets_[0]) {
    // All of them are nearer to its earliest than to the event taken last: they move down.
    last_ = bucket.earliest().when;
    for (const Entry& entry : bucket.entries) bucket_of(entry.when).add(entry);
    empty(bucket);
  }
  Bucket& now = buckets_[0];
  const Entry out = now.earliest();
  ++now.taken;
  if (now.is_empty()) empty(now);
  return out;
}

}  // namespace inferlab::sim
