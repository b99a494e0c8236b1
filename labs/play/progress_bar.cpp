#include "labs/play/progress_bar.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <cstdio>

#include "labs/report/wrap.h"

namespace inferlab::labs {
namespace {

constexpr int kWidth = 28;

std::string bar(double done) {
  const int full = std::clamp(static_cast<int>(std::lround(done * kWidth)), 0, kWidth);
  std::string out = "[";
  for (int i = 0; i < kWidth; ++i) out += i < full ? '#' : '.';
  return out + fmt::format("] {:3.0f}%", done * 100);
}

}  // namespace

void ProgressBar::show(double done, std::string_view words) {
  if (terminal_) {
    // The last column stays free: some terminals go to the next line once it is written.
    fmt::print(out_, "\r\033[K{}", cut(fmt::format("  {}  {}", bar(done), words), width_ - 1));
    open_ = true;
  } else if (words != last_words_) {
    fmt::print(out_, "  {}  {}\n", bar(done), words);
  }
  last_words_ = std::string(words);
  std::fflush(out_);
}

void ProgressBar::finish() {
  if (open_) fmt::print(out_, "\n");
  open_ = false;
}

}  // namespace inferlab::labs
