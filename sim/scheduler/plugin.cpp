#include "sim/scheduler/plugin.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <map>

namespace inferlab::sim {

void default_normalize(std::span<std::int64_t> scores, bool reverse) {
  std::int64_t highest = 0;
  for (const std::int64_t score : scores) highest = std::max(highest, score);
  for (std::int64_t& score : scores) {
    if (highest == 0) {
      if (reverse) score = kMaxNodeScore;
      continue;
    }
    score = kMaxNodeScore * score / highest;
    if (reverse) score = kMaxNodeScore - score;
  }
}

std::string fit_error(std::size_t num_nodes, std::span<const std::string> reasons) {
  std::map<std::string_view, std::size_t> counts;
  for (const std::string& reason : reasons) ++counts[reason];
  std::vector<std::string> parts;
  parts.reserve(counts.size());
  for (const auto& [reason, count] : counts) parts.push_back(fmt::format("{} {}", count, reason));
  // As text, number and all: "1 node(s) …" comes before "2 Insufficient …".
  std::sort(parts.begin(), parts.end());
  return fmt::format("0/{} nodes are available: {}.", num_nodes, fmt::join(parts, ", "));
}

}  // namespace inferlab::sim
