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

/// Runs the command that the arguments name, and gives the exit status: 0 done or passed, 1 judged
/// and failed, 2 what was asked for cannot be, 3 our fault or the machine's, 128 + N ended by
/// signal N before it was done. Errors go to terminal.err as "inferlab: WHAT: WHY (hint: …)".
int run_cli(int argc, char** argv, const CliHooks& hooks, Terminal& terminal);
/// On the standard streams.
int run_cli(int argc, char** argv, const CliHooks& hooks = {});

}  // namespace inferlab::labs
