#pragma once

#include <memory>

#include "labs/cli/command.h"

namespace inferlab::ui {

/// `inferlab ui`: the window, or with --screenshot a picture of it without a display.
std::unique_ptr<labs::Command> make_ui();

/// The window on the first lab: what the program does without arguments where there is a display.
int open_window(labs::Terminal& terminal);

}  // namespace inferlab::ui
