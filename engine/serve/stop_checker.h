#pragma once

#include <string>
#include <string_view>
#include <vector>

namespace inferlab {

/// Finds stop strings in a stream of text. What could be the beginning of one is held back until it
/// is known not to be, so that no part of a stop string gets out.
class StopChecker {
 public:
  /// Checks: no stop string is empty. With `include` the output ends after the stop string instead
  /// of before it.
  explicit StopChecker(std::vector<std::string> stop_strings, bool include = false);

  /// The text that is safe to emit now. After a hit: the last text, then always empty.
  std::string push(std::string_view text);
  /// What was held back, when the stream ends without a hit.
  std::string finish();

  /// The stop string that was hit, the one that begins first; null while there is none.
  [[nodiscard]] const std::string* hit() const { return hit_; }

 private:
  std::vector<std::string> stop_strings_;
  bool include_;
  std::string held_;
  const std::string* hit_ = nullptr;
};

}  // namespace inferlab
