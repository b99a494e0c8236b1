#include "labs/cli/print.h"

#include <fmt/format.h>

#include <algorithm>

#include "labs/report/wrap.h"
#include "sim/api/json.h"

namespace inferlab::labs {
namespace {

constexpr int kBarWidth = 24;

}  // namespace

void print_json(Terminal& terminal, const sim::Value& value) {
  terminal.out << sim::to_json(value, 2) << '\n';
}

void print_table(Terminal& terminal, const std::vector<std::vector<std::string>>& rows) {
  std::vector<std::size_t> widths;
  for (const auto& row : rows) {
    widths.resize(std::max(widths.size(), row.size()));
    for (std::size_t i = 0; i < row.size(); ++i) {
      widths[i] = std::max(widths[i], display_width(row[i]));
    }
  }
  for (std::size_t r = 0; r < rows.size(); ++r) {
    std::string line;
    for (std::size_t i = 0; i < rows[r].size(); ++i) {
      const bool last = i + 1 == rows[r].size();
      line += last ? rows[r][i] : pad(rows[r][i], widths[i] + 2);
    }
    terminal.out << (r == 0 ? terminal.style.faint(line) : line) << '\n';
  }
}

void ProgressLine::show(std::string_view now, int done, int of) {
  if (!terminal_.progress) return;
  const int filled = of > 0 ? done * kBarWidth / of : 0;
  terminal_.err << fmt::format("\r\x1b[K{}  [{:<{}}] {}/{}  {}", what_,
                               std::string(static_cast<std::size_t>(filled), '#'), kBarWidth, done,
                               of, now)
                << std::flush;
  shown_ = true;
}

void ProgressLine::clear() {
  if (shown_) terminal_.err << "\r\x1b[K" << std::flush;
  shown_ = false;
}

}  // namespace inferlab::labs
