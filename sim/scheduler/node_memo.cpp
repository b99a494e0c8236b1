#include "sim/scheduler/node_memo.h"

#include <algorithm>

namespace inferlab::sim {

NodeMemo& NodeMemos::of(std::string_view demands, std::size_t num_slots,
                        std::uint64_t image_revision) {
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
  if (memo.filtered.size() < num_slots) {
    memo.filtered.resize(num_slots);
    memo.scored.resize(num_slots);
  }
  if (memo.images != image_revision) {
    for (NodeMemo::Scored& entry : memo.scored) entry.generation = 0;
    memo.images = image_revision;
  }
  return memo;
}

}  // namespace inferlab::sim
