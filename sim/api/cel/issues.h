#pragma once

#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

namespace inferlab::sim::cel {

/// What is wrong with the text of one expression, collected over all phases of compiling it.
/// Places are offsets in code points from its start.
class Issues {
 public:
  explicit Issues(std::string_view text);

  /// Of the expression as a whole, without a place: printed as line -1.
  void add(std::string message);
  void add(std::size_t offset, std::string message);

  [[nodiscard]] bool empty() const { return count_ == 0; }
  /// All of them in the order of their places, each with its line and a mark under it, in the
  /// format of cel-go, which is what the API server shows:
  ///
  ///     ERROR: <input>:1:5: undeclared reference to 'x' (in container '')
  ///      | 1 + x
  ///      | ....^
  [[nodiscard]] std::string str() const;

 private:
  struct Issue {
    bool placed = false;
    std::size_t line = 0, column = 0;  // from 0
    std::string message;
  };
  [[nodiscard]] std::string show(const Issue& issue) const;

  std::string text_;
  std::vector<std::size_t> line_starts_;  // in code points
  std::vector<Issue> issues_;
  std::size_t count_ = 0;  // also of those that were not kept
};

}  // namespace inferlab::sim::cel
