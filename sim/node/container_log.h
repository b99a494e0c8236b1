#pragma once

#include <cstddef>
#include <deque>
#include <string>
#include <string_view>
#include <vector>

#include "engine/base/time.h"

namespace inferlab::sim {

struct LogLine {
  Time at;
  std::string text;  // without the newline
};

/// What one run of a container has printed. Bounded: the oldest lines go first, as with the
/// kubelet's log rotation.
class ContainerLog {
 public:
  static constexpr std::size_t kMaxLines = 5000;

  void add(Time at, std::string_view text) {
    if (lines_.size() == kMaxLines) lines_.pop_front();
    lines_.push_back({at, std::string(text)});
  }
  [[nodiscard]] std::vector<LogLine> lines() const { return {lines_.begin(), lines_.end()}; }
  [[nodiscard]] bool empty() const { return lines_.empty(); }

 private:
  std::deque<LogLine> lines_;
};

}  // namespace inferlab::sim
