#pragma once

#include <functional>
#include <string>
#include <string_view>
#include <vector>

#include "labs/cli/command.h"
#include "sim/api/value.h"

namespace inferlab::labs {

/// Indented JSON and a newline.
void print_json(Terminal& terminal, const sim::Value& value);

/// Aligned columns; the first row is the head. On a terminal the last column is broken at spaces to
/// the terminal's width; elsewhere a row is a line. Cells must hold no control characters.
void print_table(Terminal& terminal, const std::vector<std::vector<std::string>>& rows);

/// A progress line on terminal.err while something runs: "WHAT  [####    ] 3/12". No wider
/// than the terminal; nothing where err is none or a dumb one. clear() takes it away.
class ProgressLine {
 public:
  ProgressLine(Terminal& terminal, std::string what)
      : terminal_(terminal), what_(std::move(what)) {}
  ~ProgressLine() { clear(); }
  ProgressLine(const ProgressLine&) = delete;
  ProgressLine& operator=(const ProgressLine&) = delete;
  void show(std::string_view now, int done, int of);
  void clear();

 private:
  Terminal& terminal_;
  std::string what_;
  bool shown_ = false;
};

}  // namespace inferlab::labs
