#pragma once

#include <string>
#include <string_view>

namespace inferlab::labs {

/// A bar that is drawn over itself on a terminal; elsewhere a line each time that its words change.
class ProgressBar {
 public:
  explicit ProgressBar(bool terminal) : terminal_(terminal) {}
  ~ProgressBar() { finish(); }
  ProgressBar(const ProgressBar&) = delete;
  ProgressBar& operator=(const ProgressBar&) = delete;

  /// `done` of 0..1.
  void show(double done, std::string_view words);
  /// Leaves the bar as it stands and goes to the next line. Idempotent.
  void finish();

 private:
  bool terminal_;
  bool open_ = false;
  std::string last_words_;
};

}  // namespace inferlab::labs
