#include "tests/labs/cli_run.h"

#include <cstdlib>
#include <sstream>

namespace inferlab::labs {

Ran run(std::vector<std::string> words, const CliHooks& hooks, const Screen& screen) {
  words.insert(words.begin(), "inferlab");
  std::vector<char*> argv;
  for (std::string& word : words) argv.push_back(word.data());
  std::ostringstream out, err;
  Terminal terminal{.out = out,
                    .err = err,
                    .style = Style(false),
                    .progress = screen.terminal,
                    .out_is_terminal = screen.terminal,
                    .width = screen.width,
                    .err_width = screen.width};
  const int status = run_cli(static_cast<int>(argv.size()), argv.data(), hooks, terminal);
  return {status, out.str(), err.str()};
}

OwnDataHome::OwnDataHome() {
  setenv("XDG_DATA_HOME", dir_.path().c_str(), 1);
  setenv("XDG_STATE_HOME", dir_.path().c_str(), 1);
}

OwnDataHome::~OwnDataHome() {
  unsetenv("XDG_DATA_HOME");
  unsetenv("XDG_STATE_HOME");
}

}  // namespace inferlab::labs
