#include "labs/cli/print.h"

#include <fmt/format.h>

#include <algorithm>

#include "labs/report/wrap.h"
#include "sim/api/json.h"

namespace inferlab::labs {
namespace {

constexpr int kBarWidth = 24;
constexpr std::size_t kNarrowest = 24;  // that a column of prose may get

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
  // Prose stands in the last column: on a terminal it is broken there, where it began.
  std::size_t indent = 0;
  for (std::size_t i = 0; i + 1 < widths.size(); ++i) indent += widths[i] + 2;
  const bool breaks = terminal.out_is_terminal && indent + kNarrowest <= terminal.width;
  for (std::size_t r = 0; r < rows.size(); ++r) {
    std::string line;
    for (std::size_t i = 0; i < rows[r].size(); ++i) {
      const bool last = i + 1 == rows[r].size();
      if (!last) {
        line += pad(rows[r][i], widths[i] + 2);
      } else {
        line += breaks ? wrap(rows[r][i], terminal.width, indent) : rows[r][i];
      }
    }
    terminal.out << (r == 0 ? terminal.style.faint(line) : line) << '\n';
  }
}

void ProgressLine::show(std::string_view now, int done, int of) {
  if (!terminal_.progress) return;
  const int filled = of > 0 ? done * kBarWidth / of : 0;
  const std::string line =
      fmt::format("{}  [{:<{}}] {}/{}  {}", what_,
                  std::string(static_cast<std::size_t>(filled), '#'), kBarWidth, done, of, now);
  // The last column stays free: a line that the terminal breaks cannot be drawn over.
  terminal_.err << "\r\x1b[K" << cut(line, terminal_.err_width - 1) << std::flush;
  shown_ = true;
}

void ProgressLine::clear() {
  if (shown_) terminal_.err << "\r\x1b[K" << std::flush;
  shown_ = false;
}

}  // namespace inferlab::labs
