#pragma once

#include <cstddef>
#include <cstdio>
#include <string>
#include <string_view>

namespace inferlab::labs {

/// A bar that is drawn over itself on a terminal, never wider than `width` columns: a line that the
/// terminal breaks cannot be drawn over. Elsewhere a line each time that its words change.
class ProgressBar {
 public:
  ProgressBar(std::FILE* out, bool terminal, std::size_t width)
      : out_(out), terminal_(terminal), width_(width) {}
  ~ProgressBar() { finish(); }
  ProgressBar(const ProgressBar&) = delete;
  ProgressBar& operator=(const ProgressBar&) = delete;

  /// `done` of 0..1.
  void show(double done, std::string_view words);
  /// Leaves the bar as it stands and goes to the next line. Idempotent.
  void finish();

 private:
  std::FILE* out_;
  bool terminal_;
  std::size_t width_;
  bool open_ = false;
  std::string last_words_;
};

}  // namespace inferlab::labs
