#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <map>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "sim/scheduler/status.h"

namespace inferlab::sim {

/// What the plugins that look at one node alone said about it, for Pods with equal demands. An
/// entry is good as long as the generation of the node is that of the entry: between two Pods of
/// one Deployment a single node has changed, and all others are not asked again.
class NodeMemo {
 public:
  static constexpr std::size_t kMaxScores = 6;
  struct Filtered {
    std::uint64_t generation = 0;  // of the node; 0: never asked
    Status verdict;
    std::size_t refused_by = 0;  // when `verdict` is not success
  };
  struct Scored {
    std::uint64_t generation = 0;
    std::array<std::int32_t, kMaxScores> scores{};
  };
  std::vector<Filtered> filtered;  // by NodeInfo::slot
  std::vector<Scored> scored;      // the same
  std::uint64_t images = 0;        // ClusterView::image_revision that the scores were made with
  std::uint64_t last_used = 0;     // number of the cycle
};

/// The memos of the demands seen last.
class NodeMemos {
 public:
  NodeMemo& of(std::string_view demands, std::size_t num_slots, std::uint64_t image_revision);

 private:
  static constexpr std::size_t kMaxMemos = 32;
  std::map<std::string, std::unique_ptr<NodeMemo>, std::less<>> memos_;
  std::uint64_t cycle_ = 0;
};

}  // namespace inferlab::sim
