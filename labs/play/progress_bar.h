#pragma once

#include <cstdio>
#include <string>
#include <string_view>

namespace inferlab::labs {

/// A bar that is drawn over itself on a terminal; elsewhere a line each time that its words change.
class ProgressBar {
 public:
  ProgressBar(std::FILE* out, bool terminal) : out_(out), terminal_(terminal) {}
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
  bool open_ = false;
  std::string last_words_;
};

}  // namespace inferlab::labs
