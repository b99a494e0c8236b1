#include "sim/scheduler/node_memo.h"

#include <algorithm>

namespace inferlab::sim {

void NodeMemo::catch_up(std::size_t num_slots, std::uint64_t image_revision,
                        const NodeChanges& changes) {
  if (verdicts.size() < num_slots) {
    verdicts.resize(num_slots, kUnknown);
    refusals.resize(num_slots);
    refused_by.resize(num_slots);
    scored.resize(num_slots, 0);
    scores.resize(num_slots);
    final_scores.resize(num_slots);
  }
  if (const auto changed = changes.since(seen)) {
    for (const std::uint32_t slot : *changed) {
      verdicts[slot] = kUnknown;
      scored[slot] = 0;
    }
  } else {
    std::fill(verdicts.begin(), verdicts.end(), kUnknown);
    std::fill(scored.begin(), scored.end(), 0);
  }
  seen = changes.count();
  if (images == image_revision) return;
  std::fill(scored.begin(), scored.end(), 0);
  images = image_revision;
}

NodeMemo& NodeMemos::of(std::string_view demands, std::size_t num_slots,
                        std::uint64_t image_revision, const NodeChanges& changes) {
  auto found = memos_.find(demands);
  if (found == memos_.end()) {
    if (memos_.size() >= kMaxMemos) {
      memos_.erase(std::min_element(memos_.begin(), memos_.end(), [](const auto& a, const auto& b) {
        return a.second->last_used < b.second->last_used;
      }));
    }
    found = memos_.emplace(std::string(demands), std::make_unique<NodeMemo>()).first;
  }
  NodeMemo& memo = *found->second;
  memo.last_used = ++cycle_;
  memo.catch_up(num_slots, image_revision, changes);
  return memo;
}

}  // namespace inferlab::sim
