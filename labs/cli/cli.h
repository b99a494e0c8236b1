#pragma once

#include <functional>
#include <vector>

#include "labs/cli/command.h"

namespace inferlab::labs {

/// What main.cpp adds to the command line.
struct CliHooks {
  std::vector<CommandRow> commands;                     // rows beside those of command_table()
  std::function<int(Terminal& terminal)> no_arguments;  // the main job; empty: print the help
};

/// Runs the command that the arguments name, and gives the exit status: 0 done or passed, 1 graded
/// and failed, 2 bad usage or bad input, 3 our fault. Errors go to terminal.err as
/// "inferlab: WHAT: WHY (hint: …)".
int run_cli(int argc, char** argv, const CliHooks& hooks, Terminal& terminal);
/// On the standard streams.
int run_cli(int argc, char** argv, const CliHooks& hooks = {});

}  // namespace inferlab::labs
