#include "engine/serve/stop_checker.h"

#include <algorithm>
#include <utility>

#include "engine/base/check.h"

namespace inferlab {
namespace {

/// Length of the longest end of `text` that begins `stop` and is not all of it.
std::size_t overlap(std::string_view text, std::string_view stop) {
  for (std::size_t length = std::min(text.size(), stop.size() - 1); length > 0; --length) {
    if (text.substr(text.size() - length) == stop.substr(0, length)) return length;
  }
  return 0;
}

}  // namespace

StopChecker::StopChecker(std::vector<std::string> stop_strings, bool include)
    : stop_strings_(std::move(stop_strings)), include_(include) {
  for (const std::string& stop : stop_strings_) INFERLAB_CHECK(!stop.empty());
}

std::string StopChecker::push(std::string_view text) {
  if (hit_ != nullptr) return {};
  held_ += text;
  std::size_t first = std::string::npos;
  for (const std::string& stop : stop_strings_) {
    const std::size_t at = held_.find(stop);
    if (at >= first) continue;
    first = at;
    hit_ = &stop;
  }
  if (hit_ != nullptr) {
    held_.resize(include_ ? first + hit_->size() : first);
    return std::exchange(held_, {});
  }
  std::size_t keep = 0;
  for (const std::string& stop : stop_strings_) keep = std::max(keep, overlap(held_, stop));
  std::string safe = held_.substr(0, held_.size() - keep);
  held_.erase(0, held_.size() - keep);
  return safe;
}

std::string StopChecker::finish() {
  return std::exchange(held_, {});
}

}  // namespace inferlab
