#include "sim/node/eviction_state.h"

#include <algorithm>
#include <iterator>
#include <utility>

namespace inferlab::sim {
namespace {

bool is_crossed(const Threshold& threshold, const Observations& observations, bool with_reclaim) {
  const Observation& observed = observations[static_cast<std::size_t>(threshold.signal)];
  if (observed.capacity <= 0) return false;  // the node has no such thing
  std::int64_t quantity = threshold.value.of(observed.capacity);
  if (with_reclaim && threshold.minimum_reclaim) {
    quantity += threshold.minimum_reclaim->of(observed.capacity);
  }
  return observed.available < quantity;
}

bool is_memory(const Threshold& threshold) {
  return row_of(threshold.signal).resource == "memory";
}

}  // namespace

EvictionState::EvictionState(std::vector<Threshold> thresholds, Duration transition_period)
    : transition_period_(transition_period) {
  for (Threshold& one : thresholds) watched_.push_back({one, false, std::nullopt});
}

std::vector<Threshold> EvictionState::observe(const Observations& observations, Time now) {
  std::vector<Threshold> out;
  for (Watched& one : watched_) {
    const bool is_met = is_crossed(one.threshold, observations, false) ||
                        (one.met && is_crossed(one.threshold, observations, true));
    if (!is_met) {
      one.first_observed.reset();
      one.met = false;
      continue;
    }
    if (!one.first_observed) one.first_observed = now;
    last_observed_[row_of(one.threshold.signal).condition] = now;
    one.met = now - *one.first_observed >= one.threshold.grace;
    if (one.met) out.push_back(one.threshold);
  }
  conditions_.clear();
  for (auto entry = last_observed_.begin(); entry != last_observed_.end();) {
    const bool is_fresh = now - entry->second < transition_period_;
    if (is_fresh) conditions_.insert(entry->first);
    entry = is_fresh ? std::next(entry) : last_observed_.erase(entry);
  }
  std::stable_partition(out.begin(), out.end(), is_memory);
  return out;
}

bool EvictionState::any_crossed(const Observations& observations) const {
  return std::any_of(watched_.begin(), watched_.end(), [&](const Watched& one) {
    return is_crossed(one.threshold, observations, true);
  });
}

}  // namespace inferlab::sim
