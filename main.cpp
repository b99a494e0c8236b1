// Wires the parts together; holds no logic.
#include "labs/cli/cli.h"
#include "labs/cli/commands.h"
#include "ui/command.h"
#include "ui/window.h"

using namespace inferlab;  // NOLINT(google-build-using-namespace): wiring only

int main(int argc, char** argv) {
  labs::CliHooks hooks;
  hooks.commands = {{"ui", "open the window, or take a picture of it", ui::make_ui}};
  hooks.no_arguments = [](labs::Terminal& terminal) {
    if (ui::has_display()) return ui::open_window(terminal);
    const std::unique_ptr<labs::Command> play = labs::make_play();
    const Result<int> done = play->run(terminal);
    return done ? *done : labs::print_error(terminal, done.error());
  };
  return labs::run_cli(argc, argv, hooks);
}
