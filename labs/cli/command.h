#pragma once

#include <algorithm>
#include <cstddef>
#include <memory>
#include <ostream>
#include <span>
#include <string>
#include <string_view>

#include "engine/base/result.h"
#include "labs/cli/args.h"
#include "labs/report/style.h"
#include "labs/report/terminal_width.h"

namespace inferlab::labs {

/// Where a command prints. Answers go to `out`, everything else to `err`.
struct Terminal {
  std::ostream& out;
  std::ostream& err;
  Style style;
  bool progress = false;  // a line of err may be drawn over: it is a terminal, and no dumb one
  bool out_is_terminal = false;
  std::size_t width = kDefaultWidth;      // columns of out
  std::size_t err_width = kDefaultWidth;  // columns of err

  /// Of lines of prose: longer ones are hard to read, however wide the terminal is.
  [[nodiscard]] std::size_t prose_width() const { return std::min(width, kDefaultWidth); }
};

inline constexpr int kExitDone = 0;
inline constexpr int kExitFailed = 1;    // graded, and failed
inline constexpr int kExitBadInput = 2;  // what was asked for cannot be: who asked can mend it
inline constexpr int kExitOurFault = 3;  // ours or the machine's: no folder to write to, no memory
inline constexpr int kExitSignal = 128;  // and the signal's number: 130 for Ctrl-C

/// One subcommand: declare() once, then run() when it was chosen, with its members filled in.
class Command {
 public:
  virtual ~Command() = default;
  virtual void declare(Args& args) = 0;
  /// The exit status; an error is printed by the caller.
  virtual Result<int> run(Terminal& terminal) = 0;
};

/// A row of the table of commands. `path` is the words of the command: "lab show".
struct CommandRow {
  std::string_view path;
  std::string_view summary;
  std::unique_ptr<Command> (*make)();
};

template <typename T>
std::unique_ptr<Command> make_command() {
  return std::make_unique<T>();
}

/// The commands of this room: one file each, one row here (labs/cli/table.cpp).
std::span<const CommandRow> command_table();

/// "inferlab: WHAT: WHY (hint: …)" on terminal.err; the exit status for this kind of error.
int print_error(Terminal& terminal, const Error& error);
/// "inferlab: warning: CONSEQUENCE: WHY" on terminal.err: the command goes on without it.
void print_warning(Terminal& terminal, std::string_view consequence, const Error& error);

}  // namespace inferlab::labs
