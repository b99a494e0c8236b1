#pragma once

#include <cstdint>
#include <map>
#include <string>
#include <string_view>
#include <vector>

namespace inferlab::sim {

/// Completion indexes of an Indexed Job, kept as intervals: "0-2,5,7,8", as in
/// status.completedIndexes. Source: Kubernetes API reference, JobStatus.
class IndexSet {
 public:
  /// Leaves out what is no number and what is not below `completions`.
  static IndexSet parse(std::string_view text, std::int64_t completions);

  void add(std::int64_t index) { add(index, index); }
  void add(const IndexSet& other);

  [[nodiscard]] bool contains(std::int64_t index) const;
  [[nodiscard]] bool empty() const { return last_of_.empty(); }
  /// How many indexes, not intervals.
  [[nodiscard]] std::int64_t size() const;
  /// How many are in `other` too.
  [[nodiscard]] std::int64_t common_with(const IndexSet& other) const;
  /// The lowest `count` indexes below `completions` that are not in it.
  [[nodiscard]] std::vector<std::int64_t> missing(std::int64_t count,
                                                  std::int64_t completions) const;
  [[nodiscard]] std::string str() const;

 private:
  void add(std::int64_t first, std::int64_t last);

  std::map<std::int64_t, std::int64_t> last_of_;  // by first; neither overlapping nor adjacent
};

}  // namespace inferlab::sim
