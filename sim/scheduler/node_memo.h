#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <map>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "sim/scheduler/node_changes.h"
#include "sim/scheduler/status.h"

namespace inferlab::sim {

/// What the plugins that look at one node alone said about it, for Pods with equal demands. It is
/// good until the node changes: between two Pods of one Deployment a single node has, and all
/// others are not asked again. Everything is by NodeInfo::slot, in arrays: thousands of them are
/// gone through for each Pod.
class NodeMemo {
 public:
  static constexpr std::size_t kMaxScores = 6;
  enum Verdict : std::uint8_t { kUnknown, kFits, kRefused };

  std::vector<std::uint8_t> verdicts;    // Verdict
  std::vector<Status> refusals;          // of those that are kRefused
  std::vector<std::uint8_t> refused_by;  // the same: the index of the plugin
  std::vector<std::uint8_t> scored;      // 1: the scores are known
  std::vector<std::array<std::int32_t, kMaxScores>> scores;
  std::vector<std::int64_t> final_scores;  // the weighted sum of those that stay as they are
  std::uint64_t seen = 0;                  // of NodeChanges::count(): taken in
  std::uint64_t images = 0;     // ClusterView::image_revision that the scores were made with
  std::uint64_t last_used = 0;  // number of the cycle

  /// Forgets what is no longer so.
  void catch_up(std::size_t num_slots, std::uint64_t image_revision, const NodeChanges& changes);
};

/// The memos of the demands seen last.
class NodeMemos {
 public:
  NodeMemo& of(std::string_view demands, std::size_t num_slots, std::uint64_t image_revision,
               const NodeChanges& changes);

 private:
  static constexpr std::size_t kMaxMemos = 32;
  std::map<std::string, std::unique_ptr<NodeMemo>, std::less<>> memos_;
  std::uint64_t cycle_ = 0;
};

}  // namespace inferlab::sim
