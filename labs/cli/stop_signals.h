#pragma once

#include <functional>

namespace inferlab::labs {

/// Notices SIGINT, SIGTERM and SIGHUP (the terminal is gone) while it stands, so that what a
/// command has begun is ended in order. A second signal ends the program at once. One at a time.
class StopSignals {
 public:
  StopSignals();
  ~StopSignals();  // as it was before
  StopSignals(const StopSignals&) = delete;
  StopSignals& operator=(const StopSignals&) = delete;
  [[nodiscard]] bool seen() const { return number() != 0; }
  /// Of the signal that was seen; 0: none.
  [[nodiscard]] int number() const;
  /// Waits for a signal, or until `over` says so; it is asked some 20 times a second.
  void wait(const std::function<bool()>& over) const;
};

}  // namespace inferlab::labs
